/* The tables, and the numbers by which a file is known as ours. */
#ifndef RUNTIME_STORE_SQLITE_SCHEMA_H
#define RUNTIME_STORE_SQLITE_SCHEMA_H

#define SCHEMA_APPLICATION 0x4A524E59 /* "JRNY" */
#define SCHEMA_VERSION     2

/* From the version before to each: SCHEMA_STEP[i] leads from i + 1 to i + 2. */
#define SCHEMA_STEPS                                                                                                   \
    {                                                                                                                  \
        "alter table quarantine add column customer blob not null default x'';"                                        \
        "create index if not exists delivery_dead on delivery (id) where state = 1;"                                   \
        "create index if not exists delivery_approval on delivery (state) where state = 2"                             \
    }

/* Ids grow with time, so that what is used together lies together; timers and events are their own primary keys, so
 * that each touches one page (measured: half the bytes of a table with an index beside it). Ids of inbound events are
 * kept by day: a day is forgotten in slices from its beginning, without an index to search. */
#define SCHEMA_SQL                                                                                                     \
    "create table meta (key text primary key, value any) strict, without rowid;"                                       \
    "create table lane (lane integer primary key, epoch integer not null, seq integer not null) strict;"               \
    "create table alias (ext blob primary key, customer integer not null) strict, without rowid;"                      \
    "create table customer (customer integer primary key, body blob not null) strict;"                                 \
    "create table run (customer integer not null, run integer not null, body blob not null, primary key (customer, "   \
    "run))"                                                                                                            \
    " strict, without rowid;"                                                                                          \
    "create table timer (due integer not null, run integer not null, customer integer not null, primary key (due, "    \
    "run))"                                                                                                            \
    " strict, without rowid;"                                                                                          \
    "create table event (customer integer not null, seq integer not null, at integer not null, name blob not null,"    \
    " body blob not null, primary key (customer, seq)) strict, without rowid;"                                         \
    "create table seen (day integer not null, key blob not null, digest integer not null, at integer not null,"        \
    " primary key (day, key)) strict, without rowid;"                                                                  \
    "create table delivery (delivery integer primary key, id blob not null, customer integer not null,"                \
    " due integer not null, state integer not null, attempts integer not null, body blob not null) strict;"            \
    "create index delivery_customer on delivery (customer);"                                                           \
    "create index delivery_dead on delivery (id) where state = 1;"                                                     \
    "create index delivery_approval on delivery (state) where state = 2;"                                              \
    "create table quarantine (seq integer primary key, at integer not null, source blob not null, reason blob not "    \
    "null,"                                                                                                            \
    " body blob not null, customer blob not null default x'') strict;"                                                 \
    "create table counter (counter integer primary key, value integer not null) strict;"                               \
    "create table program (number integer primary key, id blob not null unique, image blob not null) strict;"

#endif
