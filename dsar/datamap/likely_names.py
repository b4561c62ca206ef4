"""What columns are called after, in English, in pinyin and in Chinese."""

import re
import unicodedata

# Names as they are written with everything but letters left out, and words of names.  A word counts wherever it
# stands among the words of a name (`receiver_phone`, `lianxiDianhua`).
WORDS = {
    "phone": "phone mobile mobileno telephone tel cell cellphone phoneno phonenumber mobilephone msisdn fax whatsapp "
    "shouji shoujihao sjh dianhua dianhuahao lianxidianhua lxdh lianxifangshi lxfs contactno contactnumber",
    "email": "email mail emailaddress youxiang yx dianziyouxiang youjian",
    "id_number": "idcard idcardno idno idnumber idnum identitycard identityno cardid certno certificateno credno "
    "passport passportno ssn nationalid taxid "
    "sfz sfzh sfzhm shenfenzheng shenfenzhenghao zhengjian zhengjianhao zjhm huzhao",
    "bank_card": "bankcard bankcardno bankaccount bankno cardno cardnumber creditcard debitcard iban pan "
    "yinhangka yinhangkahao yhk yhkh kahao",
    "person_name": "fullname realname truename firstname lastname givenname familyname middlename surname maidenname "
    "forename nickname xingming xm mingzi zhenshixingming nicheng lianxiren lxr shoujianren shouhuoren",
    "address": "address addr street postcode zipcode zip postaladdress "
    "dizhi zhuzhi jutidizhi shouhuodizhi jiatingzhuzhi youbian",
    "birthday": "birthday birthdate birth dob dateofbirth born shengri csrq chushengriqi chusheng",
    "gender": "gender sex xingbie xb",
    "ip": "ip ipaddress ipaddr remoteaddr clientip loginip lastip",
    "device": "imei idfa oaid imsi meid mac macaddress deviceid deviceno udid androidid shebeihao gaid",
    "account": "wechat weixin wx wxid openid unionid qq weibo alipay zhifubao douyin facebook twitter instagram "
    "username loginname login accountname zhanghao yonghuming",
    "location": "latitude longitude lat lng lon geo geolocation gps weizhi jingdu weidu",
    "credential": "password passwd pwd passwordhash mima secret secretkey accesstoken refreshtoken apikey",
}  # fmt: skip
CHINESE = {
    "phone": "手机 电话 联系方式 传真",
    "email": "邮箱 邮件 电邮",
    "id_number": "身份证 证件 护照 社保号",
    "bank_card": "银行卡 卡号 银行账号 银行帐号",
    "person_name": "姓名 名字 昵称 联系人 收件人 收货人",
    "address": "地址 住址 邮编",
    "birthday": "生日 出生",
    "gender": "性别",
    "device": "设备号 设备标识",
    "account": "微信 用户名 登录名 账号 帐号 微博 支付宝",
    "location": "经度 纬度 定位",
    "credential": "密码",
    "free_text": "备注 留言 描述 评论",
}
_TEXTS = "remark remarks note notes comment comments content message body text description memo beizhu liuyan miaoshu"
# Whose name `…_name`, or the name of such a table, may be.
_PEOPLE = (
    "user customer client member person people student pupil child parent guardian contact receiver recipient "
    "consignee sender buyer payer payee seller employee staff teacher tutor patient guest visitor subscriber lead "
    "owner holder account profile login display screen full real true first last given family middle nick author "
    "applicant passenger driver xuesheng xueyuan yonghu kehu huiyuan jiazhang laoshi"
)
_NOBODYS = ("template", "status", "enabled", "verified", "count", "flag", "type", "at", "time")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")


def like(column: str, table: str) -> str | None:
    """What the name says, by the names of `likeness.Like`; None where it says nothing."""
    name = unicodedata.normalize("NFKC", column)
    if _HAN.search(name):
        return next(
            (kind for kind, words in CHINESE.items() if any(each in name for each in words.split())), None
        )
    words = _words(name)
    if not words or words[-1] in _NOBODYS:
        return None
    return _said(words) or _name_of(words, table) or _plainly(words)


def _said(words: list[str]) -> str | None:
    """What some words in a row say together, the longest row first."""
    rows = ("".join(words[start:end]) for start, end in _rows(len(words)))
    return next((_BY_WORD[row] for row in rows if row in _BY_WORD), None)


def _rows(length: int) -> list[tuple[int, int]]:
    ways = [(start, end) for start in range(length) for end in range(start + 1, length + 1)]
    return sorted(ways, key=lambda way: (way[0] - way[1], -way[1]))


def _name_of(words: list[str], table: str) -> str | None:
    """Whether `name`, alone or after a word for people, is a person's."""
    if words[-1] != "name":
        return None
    whose = words[:-1] or _words(unicodedata.normalize("NFKC", table))
    alone = not whose and not table  # a table named by no word, as a folder's `.`, is nobody
    return "person_name" if alone or {_one(each) for each in whose} & PEOPLE else None


def _plainly(words: list[str]) -> str | None:
    if words[-1] in TEXTS:
        return "free_text"
    return "internal_id" if words[-1] in ("id", "uuid", "guid", "no") else None


def _words(name: str) -> list[str]:
    return [part.lower() for part in _PARTS.findall(name)]


def _one(word: str) -> str:
    """One of several: `customers` is of a customer."""
    return word.removesuffix("s")


_BY_WORD = {word: kind for kind, words in WORDS.items() for word in words.split()}
TEXTS, PEOPLE = frozenset(_TEXTS.split()), frozenset(_PEOPLE.split())
