create table sms_log (
    id integer primary key,
    phone text not null,  -- 861xxxxxxxxxx
    text text not null,
    sent_at timestamp not null
);
create index sms_log_phone on sms_log (phone);

create table marketing_list (
    phone text primary key,  -- 861xxxxxxxxxx
    added_at timestamp not null
);
