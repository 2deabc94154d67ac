-- Orders that are to be looked at, and when: milliseconds since 1970.
create table service_order_due (
    order_id text collate "C"    not null primary key,
    at       bigint not null
);
create index service_order_due_by_time on service_order_due (at);
insert into service_order_due (order_id, at) select id, 0 from service_order where state = 'acknowledged';

-- Which orders have items that wait for others: for all of an order, or for items of it.
create table service_order_dependency (
    order_id    text collate "C" not null,
    on_order_id text collate "C" not null,
    primary key (order_id, on_order_id)
);
create index service_order_dependency_by_other on service_order_dependency (on_order_id, order_id);

-- Items of orders in progress that are not finished. due: when a lease ends, or when it may be tried again.
create table work (
    order_id         text collate "C"    not null,
    item_id          text collate "C"    not null,
    state            text collate "C"    not null,
    since            bigint not null,
    due              bigint,
    deadline         bigint,
    attempt          bigint not null,
    handed_out       bigint not null,
    token            text collate "C",
    worker           text collate "C",
    percentage       bigint,
    priority         bigint not null,
    customer         text collate "C"    not null,
    turn             bigint not null,
    kind             text collate "C"    not null,
    primary key (order_id, item_id)
);
create index work_waiting         on work (priority, turn, order_id, item_id) where state = 'waiting';
create index work_waiting_by_kind on work (kind, priority, turn, order_id, item_id) where state = 'waiting';
create index work_leased          on work (priority, turn) where state = 'leased';
create index work_due             on work (due) where due is not null;
create index work_by_customer     on work (priority, customer, turn);
