create table member (
    id integer primary key,
    phone_md5 text not null,  -- of 1xxxxxxxxxx
    nickname text,
    synced_from text,
    joined_at timestamp not null
);
create index member_phone on member (phone_md5);
