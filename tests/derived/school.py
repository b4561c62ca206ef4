"""A small school: its CRM in SQLite, and whatever place is derived from that, as a map and as real stores."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.stories.driving import Desk

HIS, TWINS = "13100008688", "13100008687"
STUDENTS = [
    (7, HIS, "罗明", "上海"),
    (8, TWINS, "罗敏", "上海"),
    (9, "13100001234", "王伟", "北京"),
    (70, "13000000038", "罗明", "成都"),
]
MAP = """
controller: {name: {zh: 小店, en: Small shop}, contact: privacy@shop.example}
promise: {days: 15}
identifier_kinds:
  phone: {proof: code, normal: e164, region: CN}
  student_id: {internal: true}
purposes: {account: {title: {zh: 账户, en: Account}}}
stores:
  crm:
    title: {zh: 客户系统, en: CRM}
    connector: sql
    url: ${SCHOOL_CRM}
    collections:
      student:
        title: {zh: 学员, en: Student}
        found_by: {phone: {column: phone, form: national}}
        gives: {student_id: id}
        purpose: account
        fields:
          id: {title: {zh: 编号, en: Number}, category: technical}
          phone: {title: {zh: 手机, en: Phone}, category: contact}
          name: {title: {zh: 姓名, en: Name}, category: basic}
          city: {title: {zh: 城市, en: City}, category: location}
        on_erasure: delete
"""


def fill_crm(folder: Path) -> str:
    """The URL of a CRM with four students, two of one name and two of one city."""
    file = folder / "crm.sqlite"
    with closing(sqlite3.connect(file)) as crm, crm:
        crm.execute("create table student (id integer primary key, phone text, name text, city text)")
        crm.executemany("insert into student values (?, ?, ?, ?)", STUDENTS)
    return f"sqlite:///{file}"


def forget_student(folder: Path) -> None:
    """What is usually called an erasure: his row goes from the CRM, and nothing else happens."""
    with closing(sqlite3.connect(folder / "crm.sqlite")) as crm, crm:
        assert crm.execute("delete from student where phone = ?", [HIS]).rowcount == 1


def apply(here: Desk, folder: Path, derived: str) -> None:
    """Apply the map with a derived store added: its YAML, indented as a store is."""
    file = folder / "map.yaml"
    file.write_text(MAP.lstrip("\n") + derived, encoding="utf-8")
    here.apply(file)
