"""Foreign keys, as the catalogue of each database tells them: name, table, column, parent, its column, rule."""

from collections.abc import Iterable, Mapping

from dsar.connectors._sql.shapes import Shape
from dsar.datamap.schema import Then, Tie

Link = tuple[str, str, str, str, str | None, str]  # the parent's column is None where it is its key

POSTGRESQL = """
    SELECT k.conname, CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE m.nspname || '.' || c.relname END,
           a.attname, CASE WHEN pg_table_is_visible(d.oid) THEN d.relname ELSE n.nspname || '.' || d.relname END,
           b.attname, k.confdeltype
    FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY u(own, theirs, place)
    JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace m ON m.oid = c.relnamespace
    JOIN pg_class d ON d.oid = k.confrelid JOIN pg_namespace n ON n.oid = d.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.own
    JOIN pg_attribute b ON b.attrelid = d.oid AND b.attnum = u.theirs
    WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY 2, 1, u.place"""
MARIADB = """
    SELECT k.constraint_name, k.table_name, k.column_name, k.referenced_table_name, k.referenced_column_name,
           r.delete_rule
    FROM information_schema.key_column_usage k
    JOIN information_schema.referential_constraints r USING (constraint_schema, table_name, constraint_name)
    WHERE k.table_schema = DATABASE() AND k.referenced_table_schema = DATABASE()
    ORDER BY k.table_name, k.constraint_name, k.ordinal_position"""
SQLITE = """
    SELECT CAST(f.id AS TEXT), l.name, f."from", f."table", f."to", f.on_delete
    FROM pragma_table_list l JOIN pragma_foreign_key_list(l.name) f
    WHERE l.schema = 'main' ORDER BY l.name, f.id, f.seq"""

_THEN = {
    **dict.fromkeys(("c", "cascade"), Then.TAKE),
    **dict.fromkeys(("n", "set null", "d", "set default"), Then.LOOSEN),
}


def gathered(links: Iterable[Link], shapes: Mapping[str, Shape]) -> tuple[Tie, ...]:
    """The foreign keys among these tables, each from its columns, which come in their order."""
    known = {name.lower(): name for name in shapes} | {name: name for name in shapes}
    parts: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        if link[1] in shapes and (link[3] in known or link[3].lower() in known):
            parts.setdefault((link[1], link[0]), []).append(link)
    return tuple(_tie(columns, known, shapes) for columns in parts.values())


def _tie(columns: list[Link], known: Mapping[str, str], shapes: Mapping[str, Shape]) -> Tie:
    name, table, _, written, _, rule = columns[0]
    parent = known.get(written) or known[written.lower()]
    theirs = tuple(column for *_, column, _ in columns if column is not None) or shapes[parent].key
    own = tuple(_spelt(shapes[table], column) for _, _, column, *_ in columns)
    then = _THEN.get(rule.lower(), Then.REFUSE)
    name = f"{table}({', '.join(own)})" if name.isdecimal() else name  # SQLite knows no names
    return Tie(name, table, own, parent, tuple(_spelt(shapes[parent], column) for column in theirs), then)


def _spelt(shape: Shape, column: str) -> str:
    """The column as its table spells it; a foreign key may be written in other letters."""
    return next((name for name in shape.cells if name.lower() == column.lower()), column)
