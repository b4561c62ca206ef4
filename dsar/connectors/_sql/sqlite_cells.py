"""Cells of SQLite: what a declared type means, and what a cell says whatever its type is."""

from dsar.connectors._sql.shapes import Cell, Kind


def said(column: str) -> str:
    """What a cell says, as one text: a number as it is read, bytes in hex as well."""
    return (
        f"CASE typeof({column}) WHEN 'text' THEN {column} WHEN 'integer' THEN {column} WHEN 'null' THEN ''"
        f" WHEN 'real' THEN CAST({column} AS INTEGER) || ' ' || {column}"
        f" ELSE iif(length({column}) IN (16, 20, 32), lower(hex({column})) || char(10), '') || {column} END"
    )


def still(cell: Cell, given: str) -> str:
    """Any column may hold bytes here, whatever it declares."""
    column = f"t.{cell.sql}"
    as_bytes = f"typeof({column}) = 'blob' AND {column} = dsar_base64({given})"
    return f"({column} IS {given} COLLATE BINARY OR {as_bytes})"


def affinity(declared: str) -> str:
    """Source: SQLite, Datatypes, section 3.1 (determination of column affinity)."""
    declared = declared.upper()
    if "INT" in declared:
        return "INTEGER"
    if any(word in declared for word in ("CHAR", "CLOB", "TEXT")):
        return "TEXT"
    if "BLOB" in declared or not declared:
        return "NONE"
    return "REAL" if any(word in declared for word in ("REAL", "FLOA", "DOUB")) else "NUMERIC"


def kind(declared: str) -> Kind:
    declared = declared.upper()
    if "BOOL" in declared:
        return Kind.BOOLEAN
    return Kind.BYTES if "BLOB" in declared else Kind.TEXT


def may_identify(declared: str) -> bool:
    return not any(word in declared.upper() for word in ("BOOL", "DATE", "TIME", "TINYINT", "SMALLINT"))
