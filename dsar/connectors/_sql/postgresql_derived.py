"""What PostgreSQL derives from tables: materialised views, until they are refreshed, and statistics, until ANALYZE."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from psycopg.errors import Diagnostic
from sqlalchemy import Connection, Engine, text

from dsar.connectors import Derived, Residue
from dsar.connectors._sql.derived import Deriving, Said, Seeking, items, named
from dsar.connectors._sql.shapes import Shape, for_driver
from dsar.errors import StoreRefused

PATIENCE = 2  # seconds for a lock: whoever waits for one holds up all who come behind him
_ANALYZE = "ANALYZE "
_NAME = "CASE WHEN pg_table_is_visible({0}.oid) THEN {0}.relname ELSE {0}n.nspname || '.' || {0}.relname END"
_VIEWS = f"""
    WITH RECURSIVE reading(place, source) AS (
        SELECT r.ev_class, COALESCE(pg_partition_root(d.refobjid), d.refobjid)
        FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
         AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class),
    filled(place, source) AS (
        SELECT r.place, r.source FROM reading r JOIN pg_class c ON c.oid = r.place AND c.relkind = 'm'
        UNION
        SELECT f.place, r.source FROM filled f JOIN pg_class v ON v.oid = f.source AND v.relkind = 'v'
        JOIN reading r ON r.place = f.source)
    SELECT {_NAME.format("m")}, quote_ident(mn.nspname) || '.' || quote_ident(m.relname),
           EXISTS (SELECT FROM pg_index i WHERE i.indrelid = m.oid AND i.indisunique AND i.indisvalid
                   AND i.indpred IS NULL AND i.indexprs IS NULL),
           {_NAME.format("s")}
    FROM pg_class m JOIN pg_namespace mn ON mn.oid = m.relnamespace
    LEFT JOIN filled f ON f.place = m.oid
    LEFT JOIN pg_class s ON s.oid = f.source AND s.relkind <> 'v'
    LEFT JOIN pg_namespace sn ON sn.oid = s.relnamespace
    WHERE m.relkind = 'm' AND m.relispopulated
    ORDER BY m.oid, 4"""
_OF_A_COLUMN = """
    SELECT schemaname, tablename, attname::text, part, held FROM pg_stats, LATERAL (VALUES
        ('most_common_vals', most_common_vals::text), ('histogram_bounds', histogram_bounds::text),
        ('most_common_elems', most_common_elems::text)) AS p(part, held)"""
_OF_SEVERAL = """
    SELECT schemaname, tablename, statistics_name::text, 'most_common_vals', most_common_vals::text
    FROM pg_stats_ext"""
_OF_EXPRESSIONS = """
    SELECT schemaname, tablename, statistics_name::text, part, held FROM pg_stats_ext_exprs, LATERAL (VALUES
        ('expression most_common_vals', most_common_vals::text),
        ('expression histogram_bounds', histogram_bounds::text),
        ('expression most_common_elems', most_common_elems::text)) AS p(part, held)"""
_KEPT = f"""
    SELECT {_NAME.format("t")}, k.what, k.part, k.held
    FROM ({{}}) AS k(schema, name, what, part, held)
    JOIN pg_namespace n ON n.nspname = k.schema AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = k.name
    LEFT JOIN pg_index i ON i.indexrelid = c.oid
    JOIN pg_class t ON t.oid = COALESCE(pg_partition_root(COALESCE(i.indrelid, c.oid)), i.indrelid, c.oid)
    JOIN pg_namespace tn ON tn.oid = t.relnamespace
    WHERE k.held IS NOT NULL"""
_AS_IT_IS = """
    SELECT DISTINCT concat('ALTER ', c.name, ' TYPE ', format_type(a.atttypid, a.atttypmod),
        (SELECT concat(' COLLATE ', quote_ident(n.nspname), '.', quote_ident(l.collname))
         FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace WHERE l.oid = a.attcollation),
        CASE WHEN a.attstorage <> y.typstorage THEN concat(', ALTER ', c.name, ' SET STORAGE ', CASE a.attstorage
            WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END) END,
        CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN concat(', ALTER ', c.name, ' SET COMPRESSION pglz')
            WHEN 'l' THEN concat(', ALTER ', c.name, ' SET COMPRESSION lz4') END)
    FROM pg_class t JOIN pg_namespace s ON s.oid = t.relnamespace JOIN pg_attribute a ON a.attrelid = t.oid
    JOIN pg_type y ON y.oid = a.atttypid CROSS JOIN LATERAL (SELECT quote_ident(a.attname) AS name) c
    JOIN pg_stats k ON k.schemaname = s.nspname AND k.tablename = t.relname AND k.attname = a.attname
    WHERE t.oid = CAST(CAST(:table AS text) AS regclass) AND t.relkind IN ('r', 'p')"""
EXPRESSIONS = (14,)  # the first version that keeps statistics of expressions of several columns


class PostgresqlDeriving(Deriving):
    """Statistics are told of every table that the account may read; of extended ones, only to the table's owner."""

    def places(self, connection: Connection, shapes: Mapping[str, Shape]) -> list[Derived]:
        views: dict[str, Derived] = {}
        for name, sql, alone, source in connection.exec_driver_sql(_VIEWS):
            tables = views[name].tables if name in views else ()
            remedy = f"REFRESH MATERIALIZED VIEW {'CONCURRENTLY ' if alone else ''}{sql}"
            known = (*tables, source) if source else tables
            views[name] = Derived(named(name, "materialised view"), known, remedy, table=name)
        ordered = _in_order(views)
        behind = {view.table: view.tables for view in ordered}
        kept = [
            Derived(
                named(name, "statistics"), (name, *behind.get(name, ())), f"{_ANALYZE}{for_driver(shape.sql)}"
            )
            for name, shape in shapes.items()
        ]
        return [*ordered, *kept]

    def remains(
        self, connection: Connection, places: Sequence[Derived], seeking: Seeking
    ) -> Iterator[Residue]:
        statistics = {each.tables[0]: each for each in places if not each.table}
        sources = [_OF_A_COLUMN, _OF_SEVERAL]
        if (connection.dialect.server_version_info or ()) >= EXPRESSIONS:
            sources.append(_OF_EXPRESSIONS)
        for table, what, part, held in connection.exec_driver_sql(_KEPT.format(" UNION ALL ".join(sources))):
            if derived := statistics.get(table):
                yield from seeking.within(Said(derived, what, (what, part), "\n".join(items(held))))

    def clean(self, engine: Engine, derived: Derived) -> None:
        with engine.begin() as connection:
            driver: Any = connection.connection.driver_connection
            refused: list[str] = []
            driver.add_notice_handler(lambda said: _note(said, refused))
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
            connection.exec_driver_sql(derived.remedy.replace("%", "%%"))
            if not derived.table and not refused:
                _forget_where_empty(connection, derived.remedy.removeprefix(_ANALYZE))
        if refused:
            raise StoreRefused("only the owner of the table may do that")


def _forget_where_empty(connection: Connection, table: str) -> None:
    """ANALYZE of a table without any row leaves its statistics as they are; a column's type, set anew, does not.

    The order of its texts and how it is stored are said again, or they would be those of its type.
    """
    if connection.exec_driver_sql(f"SELECT EXISTS (SELECT FROM {table})".replace("%", "%%")).scalar():
        return
    if columns := connection.execute(text(_AS_IT_IS), {"table": table}).scalars().all():
        connection.exec_driver_sql(f"ALTER TABLE {table} {', '.join(columns)}".replace("%", "%%"))


def _note(said: Diagnostic, refused: list[str]) -> None:
    """ANALYZE of what is somebody else's only warns, and does nothing."""
    if said.severity_nonlocalized == "WARNING":
        refused.append(said.sqlstate or "")


def _in_order(views: Mapping[str, Derived]) -> list[Derived]:
    """Each view behind those that it reads, and with all that they are filled from."""
    ordered: dict[str, Derived] = {}

    def add(view: Derived) -> None:
        for name in view.tables:
            if name in views and name not in ordered:
                add(views[name])
        behind = [name for each in view.tables if each in ordered for name in ordered[each].tables]
        tables = tuple(dict.fromkeys([*view.tables, *behind]))
        ordered.setdefault(view.table, replace(view, tables=tables))

    for view in views.values():
        add(view)
    return list(ordered.values())
