/* The tables, and the numbers by which a file is known as ours. */
#ifndef RUNTIME_STORE_SQLITE_SCHEMA_H
#define RUNTIME_STORE_SQLITE_SCHEMA_H

#define SCHEMA_APPLICATION 0x4A524E59 /* "JRNY" */
#define SCHEMA_VERSION     6

/* What is of one customer lies together: the profile is part 0, a run is part `run`, an event is part -seq. What an
 * event changes is then on one page, not on one of each of three tables. */
#define SCHEMA_CUSTOMER                                                                                                \
    "create table customer (customer integer not null, part integer not null, at integer, name blob,"                  \
    " body blob not null, primary key (customer, part)) strict, without rowid;"

/* Whose keys else go with a customer's: of those who became one with them. And whose are to go by now. */
#define SCHEMA_KEYS                                                                                                    \
    "create table absorbed (customer integer primary key, owner integer not null) strict;"                             \
    "create index absorbed_owner on absorbed (owner);"                                                                 \
    "create table forgotten (customer integer primary key) strict;"

/* Ids of inbound events are kept by day: a day is forgotten in slices from its beginning, with no index to search. */
#define SCHEMA_SEEN                                                                                                    \
    "create table seen (day integer not null, key blob not null, digest integer not null, primary key (day, key))"     \
    " strict, without rowid;"

/* Who may administer, and what they did. */
#define SCHEMA_ACCESS                                                                                                  \
    "create table token (hash blob primary key, body blob not null) strict, without rowid;"                            \
    "create table audit (seq integer primary key, at integer not null, hash blob not null, body blob not null) "       \
    "strict;"

/* Ids grow with time, so that what is used together lies together; timers are their own primary keys, so that each
 * touches one page (measured: half the bytes of a table with an index beside it). */
#define SCHEMA_SQL                                                                                                     \
    SCHEMA_CUSTOMER SCHEMA_SEEN SCHEMA_ACCESS SCHEMA_KEYS                                                              \
        "create table meta (key text primary key, value any) strict, without rowid;"                                   \
        "create table lane (lane integer primary key, epoch integer not null, seq integer not null) strict;"           \
        "create table alias (ext blob primary key, customer integer not null) strict, without rowid;"                  \
        "create table timer (due integer not null, run integer not null, customer integer not null,"                   \
        " primary key (due, run)) strict, without rowid;"                                                              \
        "create table delivery (delivery integer primary key, id blob not null, customer integer not null,"            \
        " due integer not null, state integer not null, attempts integer not null, body blob not null) strict;"        \
        "create index delivery_customer on delivery (customer);"                                                       \
        "create index delivery_dead on delivery (id) where state = 1;"                                                 \
        "create index delivery_approval on delivery (state) where state = 2;"                                          \
        "create table quarantine (seq integer primary key, at integer not null, source blob not null,"                 \
        " reason blob not null, body blob not null, customer blob not null default x'') strict;"                       \
        "create table counter (counter integer primary key, value integer not null) strict;"                           \
        "create table program (number integer primary key, id blob not null unique, image blob not null) strict;"

/* From the version before to each; step i leads from i + 1 to i + 2. */
#define SCHEMA_TO_2                                                                                                    \
    "alter table quarantine add column customer blob not null default x'';"                                            \
    "create index if not exists delivery_dead on delivery (id) where state = 1;"                                       \
    "create index if not exists delivery_approval on delivery (state) where state = 2"

#define SCHEMA_TO_3                                                                                                    \
    "alter table customer rename to customer_2; alter table seen rename to seen_2;" SCHEMA_CUSTOMER SCHEMA_SEEN        \
    "insert into customer (customer, part, body) select customer, 0, body from customer_2 order by customer;"          \
    "insert into customer (customer, part, body) select customer, run, body from run order by customer, run;"          \
    "insert into customer (customer, part, at, name, body)"                                                            \
    " select customer, -seq, at, name, body from event order by customer, seq;"                                        \
    "insert into seen (day, key, digest)"                                                                              \
    " select day, substr(key, 1, 12), digest & 2147483647 from seen_2 order by day, key;"                              \
    "drop table customer_2; drop table run; drop table event; drop table seen_2"

#define SCHEMA_TO_6 "" /* the same tables, and runs in a form that the versions before do not read */

#define SCHEMA_STEPS                                                                                                   \
    { SCHEMA_TO_2, SCHEMA_TO_3, SCHEMA_ACCESS, SCHEMA_KEYS, SCHEMA_TO_6 }

#endif
