create table search_suggest (
    id integer primary key,
    entry text not null  -- +8613100008688
);
create index search_suggest_entry on search_suggest (entry);
