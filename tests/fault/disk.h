/* A disk in memory under SQLite whose power can be cut and which can fail: what was not synced may be lost, kept in
 * part, out of order, or torn within a write at 512 bytes. One connection at a time, as the store has. */
#ifndef TESTS_FAULT_DISK_H
#define TESTS_FAULT_DISK_H

#include <stdbool.h>

#include "core/random.h"

enum disk_fault {
    DISK_SOUND,
    DISK_POWER,       /* from the strike on nothing works until disk_restore */
    DISK_KILL,        /* the same for one process alone: what it had written stays */
    DISK_WRITE_FAILS, /* EIO: one write is not made */
    DISK_SYNC_FAILS,  /* EIO: one sync fails, and what it should have kept is as lost as at a power cut, though memory
                       * still shows it for a while */
    DISK_READ_FAILS,  /* EIO: one read */
    DISK_IS_FULL,     /* ENOSPC: writes that grow a file fail until disk_restore */
    DISK_FAULTS
};

/* What becomes of writes that were not synced when the power is cut. */
enum disk_loss { DISK_LOSES_ALL, DISK_KEEPS_FIRST, DISK_KEEPS_SOME, DISK_TEARS, DISK_LOSSES };

struct disk {
    enum disk_fault fault;
    enum disk_loss loss;
    uint64_t
        strike;    /* the operation (writes, syncs, truncations, removals; reads for READ_FAILS) that fails; 0: none */
    uint64_t done; /* operations so far */
    uint64_t writes; /* so far */
    bool struck;
    bool gone;      /* the process has been killed: it reaches nothing any more */
    bool dropped;   /* a sync has failed: memory shows what the disk does not have, until it is cut */
    bool failed;    /* … in this process, which must not write on as if it had not */
    bool retried;   /* it has: what a test must notice */
    bool powersafe; /* as common disks are, or take themselves to be: a write spoils nothing beside it */
    bool lies;      /* syncs answer at once and keep nothing: what a test must notice */
    struct jn_random dice;
};

/* Makes it SQLite's default file system, empty. One at a time. */
void disk_open(struct disk *disk, uint64_t seed);
/* The next `strike` operations from now: the last of them fails. */
void disk_arm(struct disk *disk, enum disk_fault fault, enum disk_loss loss, uint64_t strike);
/* Power or room is back: files are what the cut has left of them, and what a failed sync has dropped may be gone. */
void disk_restore(struct disk *disk);
/* The process has ended: what it shared in memory is gone, what it had written is not. */
void disk_forget_process(struct disk *disk);
/* A file's bytes, as they are read and as they are kept; n is 0 when there is none. */
const unsigned char *disk_get(const char *path, uint64_t *n);
void disk_put(const char *path, const void *bytes, uint64_t n);
/* As a program puts a whole file in place: an operation that comes through or does not; false: who asks cannot tell. */
bool disk_replace(const char *path, const void *bytes, uint64_t n);
void disk_close(struct disk *disk);

#endif
