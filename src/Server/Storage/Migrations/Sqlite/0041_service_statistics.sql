-- What the planner is to think of the indexes, as for service orders: many services, a handful of states, some hundred types
-- and specifications, few services of one name; and of their lists that a value stands for few services.
analyze service;
analyze service_value;
analyze service_relation;
delete from sqlite_stat1 where tbl in ('service', 'service_value', 'service_relation');
insert into sqlite_stat1 (tbl, idx, stat) values
    ('service', 'sqlite_autoindex_service_1',       '1000000 1'),
    ('service', 'service_by_service_date',          '1000000 2 1'),
    ('service', 'service_by_state',                 '1000000 100000 2 1'),
    ('service', 'service_by_service_type',          '1000000 10000 2000 2 1'),
    ('service', 'service_by_name',                  '1000000 5 2 1'),
    ('service', 'service_by_service_specification', '1000000 10000 2 1'),
    ('service_value', 'service_value',              '5000000 1000000 10 1'),
    ('service_relation', 'service_relation',            '2000000 2 1 1'),
    ('service_relation', 'service_relation_by_target',  '2000000 4 1 1');
analyze sqlite_schema;
