"""Telephone numbers: one normal form, and every way a store writes it."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from dsar.errors import BadInput

NATIONAL_FORMS = ("national", "spaced", "dashed")  # these mean nothing without a region
PLAIN_FORMS = ("e164", "national", "digits", "spaced", "dashed", "0086")

INVISIBLE = dict.fromkeys(
    [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)  # soft hyphens, zero widths, marks of direction: pasted with numbers, never part of them
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212.·()\[\]/]+")
_DIGITS = re.compile(r"\+?[0-9]{3,30}")

REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)


def e164(text: str, region: str | None) -> str:
    """A number as `+8613100008688`; without + it is read as one dialled in the region.

    Raises BadInput when there can be no such number; the message does not repeat it.
    """
    bare = squeezed(text)
    problem = "this is not a telephone number that can exist; give it in full, with + and its country code"
    if not _DIGITS.fullmatch(bare):
        raise BadInput(problem)
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException as error:
        raise BadInput(problem) from error
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise BadInput(problem)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def squeezed(text: str) -> str:
    """The text with half-width digits and nothing between them; what is not a separator stays."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).translate(INVISIBLE))


@lru_cache(maxsize=8192)
def forms(value: str, region: str | None, form: str) -> frozenset[str]:
    """The exact strings of one plain form; none where the form cannot hold the number.

    A national form holds numbers of its region alone: `1239235555` in a Chinese column is
    a Chinese number, whoever else has those digits at home.
    """
    number = _number(value)
    if form in NATIONAL_FORMS and not _at_home(number, region):
        return frozenset()
    digits = value.removeprefix("+")
    match form:
        case "e164" | "exact":
            return frozenset({value})
        case "digits":
            return frozenset({digits})
        case "0086":
            return frozenset({f"00{digits}"})
        case "national":
            return frozenset({_significant(number), re.sub(r"\D", "", _national(number))})
        case "spaced" | "dashed":
            return frozenset({_grouped(number, " " if form == "spaced" else "-")})
    raise ValueError(f"a telephone number has no form {form!r}")


@lru_cache(maxsize=8192)
def stripped(value: str, region: str | None) -> frozenset[str]:
    """The digits that remain of the number when everything else is stripped, however it was written.

    Digits that the region dials as somebody else's number are not among them:
    `13100008688` is a mobile number in China and not the American +1 310 000 8688, while
    `447700900123` is nobody's there, and so the British number.
    """
    digits = value.removeprefix("+")
    if region is None:
        return frozenset({digits, f"00{digits}"})
    number = _number(value)
    significant = _significant(number)
    ways = {f"00{digits}", *after_plus(value), *forms(value, region, "national"), *_dialled(digits, region)}
    if _at_home(number, region):
        ways.add(_trunk(number) + significant)
        return frozenset(way for way in ways if _reads_as(way, region, value))
    nobodys = {way for way in after_plus(value) if not _may_be_dialled(way, region)}
    return frozenset(nobodys | {way for way in ways if _reads_as(way, region, value)})


@lru_cache(maxsize=8192)
def after_plus(value: str) -> frozenset[str]:
    """The digits that may follow a +, the trunk zero of `+44 (0)20` among them."""
    digits = value.removeprefix("+")
    number = _number(value)
    if _trunk(number) != "0":
        return frozenset({digits})
    return frozenset({digits, f"{number.country_code}0{_significant(number)}"})


def same(value: str, region: str | None, text: str) -> bool:
    """Whether the text is this number, however it is written; letters or a second number make it another."""
    bare = squeezed(text)
    if bare.startswith("+"):
        return bare[1:] in after_plus(value)
    return bare in stripped(value, region)


def masked(value: str, region: str | None) -> str:
    """`131****8688`; a number from abroad keeps its country code, `+1 310***8688`."""
    number = _number(value)
    significant = _significant(number)
    tail = 4 if len(significant) >= 9 else 2
    head = 3 if len(significant) >= 9 else 1
    stars = "*" * max(len(significant) - head - tail, 2)
    code = "" if _at_home(number, region) else f"+{number.country_code} "
    return f"{code}{significant[:head]}{stars}{significant[-tail:]}"


def _number(value: str) -> phonenumbers.PhoneNumber:
    try:
        return phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException as error:
        raise BadInput("a telephone number is not in its normal form") from error


def _at_home(number: phonenumbers.PhoneNumber, region: str | None) -> bool:
    return region is None or phonenumbers.country_code_for_region(region) == number.country_code


def _significant(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.national_significant_number(number))


def _national(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))


def _grouped(number: phonenumbers.PhoneNumber, between: str) -> str:
    return between.join(re.findall(r"[0-9]+", _national(number)))


def _trunk(number: phonenumbers.PhoneNumber) -> str:
    """What is dialled before a number at home: `0`, in some countries another digit or nothing."""
    main = phonenumbers.region_code_for_country_code(number.country_code or 0)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(main, None)
    return (metadata.national_prefix or "") if metadata else ""


def _dialled(digits: str, region: str) -> set[str]:
    """The digits behind what the region dials before a number abroad, where that is always the same: 011."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    prefix = (metadata.international_prefix or "") if metadata else ""
    return {prefix + digits} if prefix.isdecimal() else set()


def _may_be_dialled(digits: str, region: str) -> bool:
    """Whether the region dials these digits as a number of its own, or may do so when its ranges grow."""
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return False
    mobile = phonenumbers.is_possible_number_for_type(number, phonenumbers.PhoneNumberType.MOBILE)
    grows = mobile and _significant(number)[:1] in _mobiles_begin(region)
    return grows or phonenumbers.is_valid_number(number)


@lru_cache(maxsize=256)
def _mobiles_begin(region: str) -> frozenset[str]:
    """The digits that mobile numbers of a region begin with: new ranges of them begin so too."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    mobile = metadata.mobile if metadata else None
    if mobile is None or not mobile.example_number or not mobile.national_number_pattern:
        return frozenset("0123456789")
    tail = mobile.example_number[3:]
    tried = (f"{beginning:03d}{tail}" for beginning in range(1000))
    return frozenset(one[0] for one in tried if re.fullmatch(mobile.national_number_pattern, one))


def _reads_as(digits: str, region: str, value: str) -> bool:
    try:
        return e164(digits, region) == value
    except BadInput:
        return False
