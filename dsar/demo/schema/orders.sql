create table course_order (
    id integer primary key,
    order_no text not null unique,
    student_id integer,
    phone text,  -- 1xx-xxxx-xxxx
    course text not null,
    price decimal(10, 2) not null,  -- yuan
    created_at timestamp,
    completed_at timestamp,
    delivery_address text,
    receiver_name text,
    receiver_phone text,  -- +861xxxxxxxxxx
    locked integer not null default 0
);
create index course_order_student on course_order (student_id);
create index course_order_phone on course_order (phone);

create table lesson (
    id integer primary key,
    student_id integer not null,
    course text not null,
    taught_at timestamp not null,
    recording text  -- file name below media
);
create index lesson_student on lesson (student_id);
