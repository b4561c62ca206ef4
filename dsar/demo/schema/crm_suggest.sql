create table search_suggest (
    id integer primary key,
    entry text not null  -- 1xxxxxxxxxx, or a name before it
);
create index search_suggest_entry on search_suggest (entry);
