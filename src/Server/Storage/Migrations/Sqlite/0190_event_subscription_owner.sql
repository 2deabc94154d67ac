-- Whose subscription it is: the name of whoever made it; null for those of callers without one, and of before that was kept.
alter table event_subscription add column owner text;

create index event_subscription_by_owner on event_subscription (owner);
