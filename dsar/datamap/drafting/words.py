"""Names of tables and columns taken apart into words, titled in both languages, and told what they are about."""

import re

from dsar.datamap.words import Text

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")


def bag(listed: str) -> frozenset[str]:
    """The words of a text, in no order."""
    return frozenset(listed.split())


# word: Chinese (a table's or a column's title is put together from these)
_CHINESE = """
    account:账户 action:操作 active:有效 activity:活动 actor:操作人 address:地址 age:年龄 agent:代理 alert:提醒
    amount:金额 answer:回答 application:使用 appointment:预约 article:文章 attribute:属性 audience:受众 author:作者
    avatar:头像 bank:银行 bankcard:银行卡 basket:购物车 bill:账单 billing:账单 billingaddress:账单地址 birth:出生
    birthdate:出生日期 birthday:生日 blog:博客 body:正文 book:书 booking:预订 brand:品牌 browser:浏览器
    campaign:活动 card:卡 cart:购物车 category:类别 channel:渠道 chat:聊天 child:子女 city:城市 class:班级
    click:点击 client:客户 close:关闭 closed:关闭 code:代码 comment:评论 communication:通讯 company:公司
    completed:完成 confirmed:确认 consent:同意 contact:联系 content:内容 country:国家 county:县 coupon:优惠券
    course:课程 created:创建 creation:创建 currency:币种 customer:顾客 data:数据 date:日期 day:日 delivery:配送
    department:部门 description:描述 detail:明细 device:设备 discount:折扣 district:区 document:文件 education:学历
    email:电子邮箱 employee:员工 end:结束 entry:条目 error:错误 event:事件 excl:不含 expire:到期 expires:到期
    expiry:到期 fax:传真 feedback:反馈 field:字段 file:文件 first:名 flag:标记 form:表单 friend:好友 gender:性别
    gift:礼品 grade:年级 group:组 guest:访客 has:是否 hash:摘要 height:身高 history:历史 home:家庭 homepage:主页
    hotel:酒店 html:网页正文 id:编号 identity:身份 image:图片 incl:含 income:收入 info:信息 invoice:发票 ip:IP地址
    is:是否 item:项目 job:职业 joined:加入 key:键 language:语言 last:姓 latitude:纬度 lead:线索 lesson:课 level:级别
    line:行 link:链接 list:清单 locale:语言 location:位置 log:日志 login:登录 longitude:经度 mail:邮件 manager:经理
    marital:婚姻 member:会员 memo:备注 message:消息 method:方式 middle:中间名 mobile:手机 modified:修改 money:款项
    name:姓名 nationality:国籍 newsletter:订阅 nickname:昵称 note:备注 notes:备注 notification:通知 num:数量
    number:号码 occupation:职业 of:的 offer:优惠 option:选项 order:订单 orderdiscount:订单折扣 ordernote:订单备注
    owner:所有人 page:页面 parent:上级 partner:合作方 passport:护照 password:密码 patient:患者 payment:付款
    permission:权限 person:人 phone:电话 photo:照片 picture:图片 plan:方案 post:邮寄 postal:邮政 postcode:邮政编码
    preference:偏好 price:价格 priority:优先级 product:商品 productalert:到货提醒 productreview:商品评价
    productview:商品浏览 profile:资料 promotion:促销 province:省 purchase:购买 purpose:用途 qq:QQ号 quantity:数量
    query:查询 question:问题 rank:排名 rate:费率 rating:评分 read:已读 reason:原因 receipt:收据 receiver:收件人
    recipient:接收人 record:记录 recording:录音 ref:编号 reference:编号 referrer:推荐人 refund:退款 region:地区
    remark:备注 reply:回复 report:报告 request:请求 result:结果 review:评价 role:角色 room:房间 salary:工资
    sale:销售 school:学校 score:分数 search:搜索 secret:密钥 sender:发送人 sent:发送 service:服务 session:会话
    setting:设置 sex:性别 shipping:配送 shippingaddress:收货地址 signature:签名 site:站点 sku:货号 slug:网址名
    sms:短信 sort:排序 source:来源 staff:员工 start:开始 state:州或省 stats:统计 status:状态 stock:库存 store:商店
    street:街道 student:学员 subject:主题 submitted:提交 subscriber:订阅者 subscription:订阅 summary:摘要
    superuser:管理员 supplier:供应商 surcharge:附加费 surname:姓 survey:调查 system:系统 tag:标签 task:任务 tax:税
    teacher:教师 tel:电话 telephone:电话 template:模板 text:文字 ticket:工单 time:时间 title:称谓 token:令牌
    topic:话题 total:合计 town:城镇 transaction:交易 type:类型 uid:编号 unit:单位 updated:更新 upload:上传 url:网址
    user:用户 useraddress:用户地址 username:用户名 userproductview:用户商品浏览 userrecord:用户记录
    usersearch:用户搜索 uuid:编号 value:值 verified:已验证 version:版本 video:视频 view:浏览 viewed:浏览 visit:访问
    vote:投票 voucher:优惠券 wallet:钱包 warehouse:仓库 wechat:微信 weight:体重 weixin:微信 wishlist:心愿单
    work:工作 year:年 zip:邮政编码 zipcode:邮政编码
"""
ZH = dict(pair.split(":") for pair in _CHINESE.split())
WHOLE = {  # names that are more than their words
    "firstname": "名", "givenname": "名", "lastname": "姓", "familyname": "姓", "middlename": "中间名",
    "fullname": "姓名", "username": "用户名", "datejoined": "加入日期", "lastlogin": "上次登录",
    "dateofbirth": "出生日期", "phonenumber": "电话号码", "mobilenumber": "手机号码", "ipaddress": "IP地址",
    "useragent": "浏览器标识", "createdat": "创建时间", "updatedat": "更新时间", "datecreated": "创建日期",
    "dateupdated": "更新日期", "isactive": "是否有效", "isstaff": "是否员工", "postalcode": "邮政编码",
    "idcard": "身份证号", "idnumber": "证件号码", "postcode": "邮政编码", "emailaddress": "电子邮箱",
    "name": "名称", "title": "标题", "wishlist": "心愿单",
}  # fmt: skip

_ABOUT = (  # category: words of which one tells it, in the order in which they are asked
    ("identity", "passport identity idcard ssn licence license nationality"),
    ("financial", "bank bankcard card iban account wallet salary income credit debit payment"),
    ("biometric", "fingerprint face iris voiceprint"),
    ("health", "health blood diagnosis medical allergy patient disease weight height"),
    ("education", "school degree education grade student exam score"),
    ("work", "company employer job occupation department position"),
    (
        "contact",
        "email mail phone mobile tel telephone fax address street city town postcode zip zipcode "
        "postal wechat weixin qq country county state province district line1 line2 line3 line4",
    ),
    (
        "basic",
        "name firstname lastname surname nickname gender sex birth birthday age title salutation "
        "marital username",
    ),
    ("location", "latitude longitude lat lng lon gps location"),
    ("device", "device imei mac agent useragent browser os"),
    ("browsing", "query search view viewed views visit click referer referrer"),
    ("online", "ip login session url homepage"),
    (
        "transaction",
        "order price amount total quantity discount tax currency invoice refund voucher coupon basket "
        "product shipping purchase num offer surcharge",
    ),
    ("communication", "message subject chat notification sms recipient sender"),
    ("preference", "preference setting language locale consent newsletter subscription wishlist alert"),
    (
        "content",
        "body text comment note notes memo remark description feedback review answer html file image "
        "picture photo avatar signature summary score rating",
    ),
)
_TECHNICAL = bag(
    "id pk key created updated modified is has status version sort position slug code type date time uuid"
)
_ORDERED = [(category, bag(telling)) for category, telling in _ABOUT]


def words(name: str) -> list[str]:
    """The words of a name, in lower case, each of one thing: OrderLines -> order, line."""
    return [singular(part.lower()) for part in _PARTS.findall(name)]


def title(name: str) -> Text:
    """A name in both languages; a word that is not known stays as it is written."""
    parts, written = words(name), _PARTS.findall(name)
    if len(parts) > 1 and parts[0] == parts[1]:  # Django's order_order
        parts, written = parts[1:], written[1:]
    english = " ".join(written) or name
    chinese = WHOLE.get("".join(parts)) or "".join(ZH.get(part, f" {part} ") for part in parts)
    return {"zh": " ".join(chinese.split()) or name, "en": english[:1].upper() + english[1:].lower()}


def about(name: str) -> str:
    """The category that a name tells; '' when it tells none."""
    parts = frozenset(words(name)) | {"".join(words(name))}
    for category, telling in _ORDERED:
        if parts & telling:
            return category
    return "technical" if parts & _TECHNICAL else ""


def flat(name: str) -> str:
    """A name without what sets its words apart, in lower case."""
    return "".join(each for each in name.lower() if each.isalnum())


def singular(word: str) -> str:
    """An English word of one thing: orders -> order, categories -> category, addresses -> address."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
