"""Rows of MariaDB and MySQL that are to be changed: given by JSON_TABLE, and told apart under row locks."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from dsar.connectors._sql.dialect import Rows
from dsar.connectors._sql.raw import plain
from dsar.connectors._sql.shapes import Cell, Kind, Shape
from dsar.errors import StoreUnreachable

LONGEST = 16_000  # characters of a VARCHAR parameter in four-byte text


def type_of(cell: Cell, values: Sequence[object]) -> str:
    """The type of a parameter that is compared with the column, so that its index serves."""
    if cell.kind is not Kind.TEXT and cell.cast:
        return cell.cast
    longest = max((len(str(value)) for value in values), default=0) or 1
    kind = f"VARCHAR({longest})" if longest <= LONGEST else "LONGTEXT"
    return kind + (cell.cast or " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")


def bytewise(value: str) -> str:
    return f"CAST(CONVERT({value} USING utf8mb4) AS BINARY)"


def given_rows(rows: Rows, locked: str = "") -> tuple[str, dict[str, Any]]:
    """The rows as a table `p` with their places, joined to those of `t` that are meant, and the parameter.

    locked: how what would leave a row is read.
    """
    cells, count = rows.cells(), len(rows.key)
    columns = ", ".join(
        f"c{place} {type_of(cell, [row[place] for row in rows.values])} PATH '$[{place}]'"
        for place, cell in enumerate(cells)
    )
    table = f"JSON_TABLE(:rows, '$[*]' COLUMNS (place FOR ORDINALITY, {columns}))"
    matched = [part.equals.format(p=f"p.c{place}") for place, part in enumerate(rows.key)]
    matched += [_still(cell, f"p.c{count + place}") for place, cell in enumerate(rows.compared)]
    matched += [f"NOT EXISTS ({query} {locked})" for query in rows.unless]
    if any(part.cell.name not in rows.shape.cells for part in rows.key):
        source = f"{rows.shape.sql} t STRAIGHT_JOIN (SELECT DISTINCT * FROM {table} j) p"
    else:
        source = f"{table} p STRAIGHT_JOIN {rows.shape.sql} t"
    return f"{source} ON {' AND '.join(matched)}", {"rows": json.dumps(rows.values)}


def _still(cell: Cell, given: str) -> str:
    if cell.kind is Kind.TEXT:
        return f"{bytewise(f't.{cell.sql}')} <=> {bytewise(given)}"
    return f"t.{cell.sql} <=> {f'FROM_BASE64({given})' if cell.kind is Kind.BYTES else given}"


def whole_rows(shape: Shape, cells: Sequence[Cell]) -> str:
    """The statement that reads of each row its key, and these cells as one text in UTF-8."""
    key = ", ".join(f"t.{shape.cells[name].sql}" for name in shape.key)
    said = f"CAST(CONCAT_WS('\\n', {', '.join(map(_said, cells))}) AS BINARY)"
    return f"SELECT {key}, IFNULL({said}, x'FF') FROM {shape.sql} t"  # longer than a packet: not told


def _said(cell: Cell) -> str:
    column = f"t.{cell.sql}"
    if cell.kind is Kind.TEXT:
        return f"CONVERT({column} USING utf8mb4)"
    if cell.kind is Kind.BYTES:
        return f"IF(LENGTH({column}) IN (16, 20, 32), LOWER(HEX({column})), ''), {column}"
    return f"{column}, CAST({column} AS DECIMAL(65))" if cell.kind is Kind.FLOAT else column


def of_keys(shape: Shape, keys: Sequence[Sequence[object]]) -> tuple[str, dict[str, Any]]:
    """The condition that a row `t` has one of these keys, and the parameter."""
    cells = [shape.cells[name] for name in shape.key]
    values = [[plain(cell, value) for cell, value in zip(cells, key, strict=True)] for key in keys]
    columns = ", ".join(
        f"c{place} {type_of(cell, [value[place] for value in values])} PATH '$[{place}]'"
        for place, cell in enumerate(cells)
    )
    named, given = (
        ", ".join(parts)
        for parts in zip(*((f"t.{c.sql}", f"p.c{n}") for n, c in enumerate(cells)), strict=True)
    )
    table = f"JSON_TABLE(:rows, '$[*]' COLUMNS ({columns})) p"
    return f"({named}) IN (SELECT {given} FROM {table})", {"rows": json.dumps(values)}


def reached_by(connection: Connection, rows: Rows, act: str, values: dict[str, Any]) -> set[int]:
    """Carry out an act on rows; the server tells how many it reached, and which it is asked where they are not all."""
    if rows.shape.key:  # then no row is reached twice
        connection.exec_driver_sql("SAVEPOINT before_act")
        if connection.execute(text(act), values).rowcount == len(rows.values):
            return set(range(len(rows.values)))
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT before_act")
    source, given = given_rows(
        rows, locked="LOCK IN SHARE MODE"
    )  # read as the act reads it, not as it once stood
    places = connection.execute(text(f"SELECT p.place FROM {source} FOR UPDATE"), given)
    reached = sorted({place - 1 for place in places.scalars()})
    if reached:
        meant = {**values, "rows": json.dumps([rows.values[place] for place in reached])}
        done = connection.execute(text(act), meant).rowcount
        if rows.shape.key and done != len(reached):
            raise StoreUnreachable(f"table {rows.shape.name} was changed meanwhile; it will be tried again")
    return set(reached)
