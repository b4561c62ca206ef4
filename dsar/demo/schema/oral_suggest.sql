create table search_suggest (
    id integer primary key,
    entry text not null  -- +861xxxxxxxxxx
);
create index search_suggest_entry on search_suggest (entry);
