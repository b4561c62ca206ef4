"""What one value of a column may be: each test is exact where the thing has a check digit or a registry."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from datetime import date
from functools import lru_cache
from ipaddress import ip_address

import phonenumbers

from dsar.datamap.phones import squeezed

LONGEST = 500  # characters of a value that are looked at
_PLAIN_PHONES = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
_EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)*\.[^\W\d_]{2,}")
_NUMBERS = re.compile(r"(?<![0-9A-Za-z_.+])(?:\+|00)?\d[\d\s\-()]{5,22}\d(?![0-9A-Za-z_])")
_ID_NUMBERS = re.compile(r"(?<![0-9A-Za-z])[1-8]\d{16}[0-9Xx](?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_CHECK_DIGITS = "10X98765432"
_PROVINCES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
)
_BANK_CARDS = re.compile(r"3[47]\d{13}|(?=\d{16,19}$)(?:62|4|5[1-5]|2[2-7]|35|60|65|81)\d+")
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}")
_OPENID = re.compile(r"o[0-9A-Za-z_\-]{27}")
_DIGEST = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9A-F]{32}|[0-9A-F]{40}|[0-9A-F]{64})")
_HAN_ADDRESS = re.compile(
    r"[省市区县州旗].{0,30}?(?:[路街道巷弄里村镇乡]|大道|小区|花园|大厦|公寓|广场).{0,20}?\d"
)
_ADDRESS = re.compile(
    r"\d{1,6}\S{0,3}\s(?:\S{1,20}\s){0,4}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|way|square)\b"
    r"|(?:\brue|\brua|\bavenida|\bcalle|stra(?:ß|ss)e|\bvia|\bul\.)\b.{0,40}?\d",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u3400-\u9fff·]+")
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白"
    "孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严欧莫孔向常汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申耿关兰焦俞左柳甘祝包宁尚"
    "符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉翁蓝骆路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷"
)
DOUBLE_SURNAMES = (
    "欧阳", "上官", "司马", "诸葛", "司徒", "慕容", "令狐", "皇甫", "尉迟", "夏侯", "东方", "公孙", "轩辕", "宇文",
)  # fmt: skip
_PINYIN = (
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang han "
    "deng feng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lü lyu ding ren lu yao shen zhong "
    "cui tan fan shi jin jia xia fu fang zou xiong bai meng qin qiu hou yin xue yan duan lei long tao mao hao gu gong "
    "shao wan qian dai mo kong ouyang situ zhuge sima shangguan"
)
PINYIN_SURNAMES = frozenset(_PINYIN.split())
_LATIN_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*(?: [^\W\d_]+(?:['’-][^\W\d_]+)*){1,2}")


def likes(text: str, regions: Collection[str]) -> Iterator[str]:
    """Everything that a value may be, by the names of `likeness.Like`; each once."""
    value = unicodedata.normalize("NFKC", text[:LONGEST]).strip()
    for name, test in _TESTS.items():
        if test(value):
            yield name
    if has_phone(value, tuple(regions)):
        yield "phone"


def is_text(value: str) -> bool:
    """Whether it is written words, more than a few."""
    words = value.split()
    return len(words) >= 4 or sum("\u3400" <= each <= "\u9fff" for each in value) >= 12


def has_phone(value: str, regions: tuple[str, ...]) -> bool:
    """Whether a telephone number that is in use stands in it: https://github.com/google/libphonenumber.

    Digits alone may be any number, and count only as a mobile one, or as dialled with 0.
    """
    if _ID_NUMBERS.search(value):
        return False
    return any(_is_phone(found, regions) for found in _NUMBERS.findall(value))


def is_id_number(text: str) -> bool:
    """Whether it is a citizen's number: province, day of birth and check digit (GB 11643-1999)."""
    if not _ID_NUMBERS.fullmatch(text) or text[:2] not in _PROVINCES.split():
        return False
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return 1880 <= born.year <= 2100 and _CHECK_DIGITS[total % 11] == text[-1].upper()


def is_bank_card(text: str) -> bool:
    """Whether it is a card's number: who issues it, its length and its check digit (ISO/IEC 7812-1)."""
    digits = squeezed(text)
    return bool(_BANK_CARDS.fullmatch(digits)) and _has_check_digit(digits)


def is_person_name(text: str) -> bool:
    """Whether it is as long as a name and has a surname where names have it: 罗明, 欧阳娜娜, Luo Ming."""
    if _HAN.fullmatch(text):
        bare = text.replace("·", "")
        if text.startswith(DOUBLE_SURNAMES):
            return 3 <= len(bare) <= 4
        return "·" in text[1:-1] or (2 <= len(bare) <= 3 and bare[0] in SURNAMES)
    words = text.split()
    named = bool(_LATIN_NAME.fullmatch(text)) and all(word[0].isupper() for word in words)
    return named and bool({words[0].lower(), words[-1].lower()} & PINYIN_SURNAMES)


def _is_device(text: str) -> bool:
    imei = len(text) == 15 and text.isascii() and text.isdigit() and _has_check_digit(text)
    return imei or bool(_MAC.fullmatch(text))


def _is_ip(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    return bool(_HAN_ADDRESS.search(text) or _ADDRESS.search(text))


def _has_check_digit(digits: str) -> bool:
    """Luhn's."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


@lru_cache(maxsize=4096)
def _is_phone(text: str, regions: tuple[str, ...]) -> bool:
    bare = squeezed(text)
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    if bare.startswith("+"):
        return _is_in_use(bare, None, plain=False)
    return any(_is_in_use(bare, region, plain=not bare.startswith("0")) for region in regions)


def _is_in_use(bare: str, region: str | None, *, plain: bool) -> bool:
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return False
    if not phonenumbers.is_valid_number(number):
        return False
    return not plain or phonenumbers.number_type(number) in _PLAIN_PHONES


_TESTS: dict[str, Callable[[str], bool]] = {
    "email": lambda text: bool(_EMAIL.search(text)),
    "id_number": lambda text: any(map(is_id_number, _ID_NUMBERS.findall(text))),
    "bank_card": is_bank_card,
    "person_name": is_person_name,
    "address": _is_address,
    "ip": _is_ip,
    "device": _is_device,
    "account": lambda text: bool(_OPENID.fullmatch(text)),
    "digest": lambda text: bool(_DIGEST.fullmatch(text)),
}
