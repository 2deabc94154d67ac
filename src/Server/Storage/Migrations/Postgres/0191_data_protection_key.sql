-- The keys that secrets are encrypted with, as XML of ASP.NET Data Protection; all servers share them. Here where no directory is
-- configured for them.
create table data_protection_key (
    id   text collate "C" not null primary key,
    body text             not null
);
