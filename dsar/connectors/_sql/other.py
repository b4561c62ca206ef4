"""Any other SQL database that SQLAlchemy knows: the plainest SQL, people in chunks, rows one by one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, inspect, text, types
from sqlalchemy.engine.interfaces import ReflectedColumn

from dsar.connectors import Raw
from dsar.connectors._sql.dialect import (
    FULL_WIDTH,
    HALF_WIDTH,
    Dialect,
    Look,
    Rows,
    Statement,
    Way,
    exactly,
    hexadecimal,
    whole,
)
from dsar.connectors._sql.raw import given_back, plain
from dsar.connectors._sql.shapes import Cell, KeyPart, Kind, Shape, shaped
from dsar.connectors._sql.ties import Link
from dsar.errors import StoreRefused

CHUNK = 100  # probes a statement
SEPARATORS = " -.()+/\u00a0\u3000－（）＋"
_KINDS: tuple[tuple[type[types.TypeEngine[Any]], Kind], ...] = (
    (types.Boolean, Kind.BOOLEAN), (types.Integer, Kind.WHOLE), (types.Float, Kind.FLOAT),
    (types.Numeric, Kind.DECIMAL), (types.Date, Kind.TIME), (types.DateTime, Kind.TIME),
    (types.Time, Kind.TIME), (types.LargeBinary, Kind.BYTES),
)  # fmt: skip


class Other(Dialect):
    """A database that we know nothing of: its driver's own time-out bounds it, its tables need keys."""

    chunk = CHUNK

    def engine(self, url: URL, timeout: float, *, writing: bool) -> Engine:  # noqa: ARG002
        return create_engine(url, poolclass=NullPool, hide_parameters=True)

    def shapes(self, connection: Connection) -> dict[str, Shape]:
        inspector = inspect(connection)
        keys, indexes = inspector.get_multi_pk_constraint(), inspector.get_multi_indexes()
        shapes = {}
        for named, columns in inspector.get_multi_columns().items():
            name = named[1]
            key = tuple((keys.get(named) or {"constrained_columns": []})["constrained_columns"])
            leading = {
                column for index in indexes.get(named, []) for column in index["column_names"][:1] if column
            }
            cells = {column["name"]: self._cell(column) for column in columns}
            shapes[name] = shaped(name, self.quoted(name), cells, key, leading | set(key[:1]))
        return shapes

    def _cell(self, column: ReflectedColumn) -> Cell:
        kind = next((kind for type_, kind in _KINDS if isinstance(column["type"], type_)), Kind.TEXT)
        may = kind not in (Kind.BOOLEAN, Kind.TIME)
        return Cell(
            column["name"],
            str(column["type"]),
            column["nullable"],
            may,
            self.quoted(column["name"]),
            kind,
            "",
        )

    def joined(self, shape: Shape, look: Look, at: str) -> Statement:
        values: dict[str, Any] = {}
        rows = []
        for place, (subject, number, token) in enumerate(look.tokens):
            if (value := _parameter(look, token)) is not None:
                rows.append(
                    f"SELECT {subject:d} AS s, {number:d} AS n, {_typed(f':{at}x{place}', value)} AS v"
                )
                values[f"{at}x{place}"] = value
        probes = " UNION ALL ".join(rows) or "SELECT 0 AS s, 0 AS n, NULL AS v WHERE 1 = 0"
        return f"({probes}) p JOIN {shape.sql} t ON {_expression(look)} = p.v", values

    def beginning(self, cell: Cell, length: int) -> str:
        return f"SUBSTR(CAST(t.{cell.sql} AS VARCHAR(1000)), 1, {length})"

    def key_part(self, cell: Cell) -> KeyPart:
        return KeyPart(f"t.{cell.sql}", f"t.{cell.sql} = {{p}}", cell)

    def hidden_key(self, shape: Shape) -> list[KeyPart]:
        raise StoreRefused(f"table {shape.name} has no primary key; name its key in the map")

    def links(self, connection: Connection) -> list[Link]:
        return [
            (
                tie["name"] or own,
                table,
                own,
                tie["referred_table"],
                theirs,
                tie.get("options", {}).get("ondelete", ""),
            )
            for (_, table), held in inspect(connection).get_multi_foreign_keys().items()
            for tie in held
            for own, theirs in zip(tie["constrained_columns"], tie["referred_columns"], strict=True)
        ]

    def given(self, rows: Rows) -> Statement:
        values: dict[str, Any] = {}
        parts, names = [], [f"c{place}" for place in range(len(rows.cells()))]
        for number, row in enumerate(rows.values, 1):
            held = [given_back(cell, value) for cell, value in zip(rows.cells(), row, strict=True)]
            values |= {f"row{number}x{place}": value for place, value in enumerate(held)}
            typed = (
                f"{_typed(f':row{number}x{place}', value)} AS c{place}" for place, value in enumerate(held)
            )
            parts.append(f"SELECT {number} AS place, {', '.join(typed)}")
        matched = [
            f"(t.{cell.sql} = p.{name} OR (t.{cell.sql} IS NULL AND p.{name} IS NULL))"
            for cell, name in zip(rows.cells(), names, strict=True)
        ]
        return f"({' UNION ALL '.join(parts)}) p JOIN {rows.shape.sql} t ON {' AND '.join(matched)}", values

    def delete(self, connection: Connection, rows: Rows) -> set[int]:
        return self._carry_out(connection, rows, f"DELETE FROM {rows.shape.sql}", {})

    def change(self, connection: Connection, rows: Rows, new: Sequence[tuple[Cell, Raw]]) -> set[int]:
        columns = ", ".join(f"{cell.sql} = :new{place}" for place, (cell, _) in enumerate(new))
        values = {f"new{place}": given_back(cell, value) for place, (cell, value) in enumerate(new)}
        return self._carry_out(connection, rows, f"UPDATE {rows.shape.sql} SET {columns}", values)

    def _carry_out(self, connection: Connection, rows: Rows, verb: str, new: dict[str, Any]) -> set[int]:
        cells = rows.cells()
        reached = set()
        for place, row in enumerate(rows.values):
            where = " AND ".join(
                f"{cell.sql} = :was{part}" if row[part] is not None else f"{cell.sql} IS NULL"
                for part, cell in enumerate(cells)
            )
            was = {
                f"was{part}": given_back(cell, row[part])
                for part, cell in enumerate(cells)
                if row[part] is not None
            }
            columns = ", ".join(cell.sql for cell in cells)
            held = connection.execute(
                text(f"SELECT {columns} FROM {rows.shape.sql} WHERE {where}"), was
            ).all()
            exact = [
                one
                for one in held
                if tuple(plain(cell, value) for cell, value in zip(cells, one, strict=True)) == row
            ]
            if (
                exact
                and len(exact) == len(held)
                and connection.execute(text(f"{verb} WHERE {where}"), {**was, **new}).rowcount
            ):
                reached.add(place)
        return reached


def _parameter(look: Look, token: str) -> Any:
    if look.way is Way.BYTES:
        return bytes.fromhex(hexadecimal(token))
    if look.way is not Way.AS_IS or look.cell.kind not in (Kind.WHOLE, Kind.DECIMAL):
        return token
    large = look.cell.kind is Kind.DECIMAL and exactly(token) is not None
    return token if whole(token) is None and large else whole(token)


def _typed(parameter: str, value: object) -> str:
    return f"CAST({parameter} AS VARCHAR(1000))" if isinstance(value, str) else parameter


def _expression(look: Look) -> str:
    column = f"t.{look.cell.sql}"
    held = f"CAST({column} AS VARCHAR(1000))"
    match look.way:
        case Way.DIGITS:
            for full, half in zip(FULL_WIDTH, HALF_WIDTH, strict=True):
                held = f"REPLACE({held}, '{full}', '{half}')"
            for separator in SEPARATORS:
                held = f"REPLACE({held}, '{separator}', '')"
            return held
        case Way.FOLDED:
            return f"LOWER(TRIM({held}))"
        case Way.PREFIX:
            return f"SUBSTR({held}, 1, {look.length})"
    return column
