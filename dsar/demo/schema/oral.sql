create table account (
    id integer primary key,
    phone text not null,  -- +86 1xx xxxx xxxx
    identity text,
    interest text,
    synced_from text
);

create table timetable (
    id integer primary key,
    account_id integer not null,
    course text not null,
    starts_at timestamp not null
);
create index timetable_account on timetable (account_id);
