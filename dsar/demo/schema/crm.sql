create table student (
    id integer primary key,
    phone text not null,  -- 1xxxxxxxxxx
    real_name text,
    english_name text,
    gender text,  -- M F
    birthday date,
    avatar text,  -- file name below media/avatars
    source_store text,
    operator text,
    consent_evidence text,
    created_at timestamp not null,
    password_hash text not null
);
create index student_phone on student (phone);

create table student_tag (
    student_id integer not null,
    tag_key text not null,
    tag_value text not null,
    primary key (student_id, tag_key)
);

create table site_message (
    id integer primary key,
    student_id integer not null,
    sent_at timestamp not null,
    text text not null
);
create index site_message_student on site_message (student_id);

-- a spreadsheet that somebody put into the database: no key, numbers as they were typed, in nobody's map
create table callcenter_2021q1 (mobile text, remark text);
