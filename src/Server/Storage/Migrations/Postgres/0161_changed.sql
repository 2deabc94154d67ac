-- When a resource was changed last; of one that was not changed since this column is there nobody knows.
alter table service_order add column changed text collate "C";
alter table cancel_service_order add column changed text collate "C";
alter table service add column changed text collate "C";
alter table fallout_item add column changed text collate "C";
alter table job add column changed text collate "C";
