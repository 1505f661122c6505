#include "disk.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"

enum { FILES_MAX = 16, PATH_MAX_BYTES = 512, SECTOR = 512, PAGE = 4096, SHM_MAX = 64 };

/* A write, or (no data) a truncation to `at`. */
struct change {
    struct change *next;
    uint64_t at, n;
    unsigned char *data;
};

struct bytes {
    unsigned char *p;
    uint64_t n, cap;
};

struct file {
    char path[PATH_MAX_BYTES];
    bool exists;
    struct bytes seen;            /* what reads give */
    struct bytes kept;            /* what a power cut leaves for certain */
    struct change *change, **end; /* made since the last sync, in order */
    void *shm[SHM_MAX];
};

struct handle {
    sqlite3_file base;
    struct file *file;
};

static struct disk *disk;
static struct file files[FILES_MAX];
static sqlite3_vfs vfs, *before;

/* ---- bytes */

static void bytes_resize(struct bytes *b, uint64_t n) {
    if (n > b->cap) {
        b->cap = n * 2;
        b->p = jn_realloc(b->p, b->cap);
    }
    if (n > b->n) memset(b->p + b->n, 0, n - b->n);
    b->n = n;
}

static void bytes_write(struct bytes *b, uint64_t at, const void *data, uint64_t n) {
    if (n == 0) return;
    if (at + n > b->n) bytes_resize(b, at + n);
    memcpy(b->p + at, data, n);
}

static void bytes_change(struct bytes *b, const struct change *c, uint64_t n) {
    if (c->data == NULL)
        bytes_resize(b, c->at);
    else
        bytes_write(b, c->at, c->data, n);
}

static void file_forget_changes(struct file *file) {
    struct change *next;
    for (struct change *c = file->change; c != NULL; c = next) {
        next = c->next;
        free(c->data);
        free(c);
    }
    file->change = NULL;
    file->end = &file->change;
}

static void file_note_change(struct file *file, uint64_t at, const void *data, uint64_t n) {
    struct change *c = jn_alloc_zero(1, sizeof(*c));
    c->at = at;
    c->n = n;
    if (data != NULL) {
        c->data = jn_alloc_zero(1, n + 1);
        memcpy(c->data, data, n);
    }
    *file->end = c;
    file->end = &c->next;
    bytes_change(&file->seen, c, n);
}

/* A large write reaches the disk page by page, and what is not synced in any order. */
static void file_note(struct file *file, uint64_t at, const void *data, uint64_t n) {
    uint64_t done = 0;
    for (; data != NULL && n - done > PAGE; done += PAGE)
        file_note_change(file, at + done, (const char *)data + done, PAGE);
    file_note_change(file, at + done, data == NULL ? NULL : (const char *)data + done, n - done);
}

static void file_keep(struct file *file) {
    for (struct change *c = file->change; c != NULL; c = c->next)
        bytes_change(&file->kept, c, c->n);
    file_forget_changes(file);
}

/* Of what was not synced, what reaches the disk all the same; the rest never does. */
static void file_lose(struct file *file) {
    uint64_t n = 0, i = 0;
    for (struct change *c = file->change; c != NULL; c = c->next)
        n++;
    uint64_t first = n == 0 ? 0 : jn_random_below(&disk->dice, n + 1);
    for (struct change *c = file->change; c != NULL; c = c->next, i++) {
        bool some = jn_random_below(&disk->dice, 2) == 0;
        bool torn = disk->loss == DISK_TEARS && i == first && c->data != NULL;
        bool keeps = disk->loss == DISK_KEEPS_SOME ? some : disk->loss != DISK_LOSES_ALL && i < first;
        if (keeps) bytes_change(&file->kept, c, c->n);
        if (torn) bytes_change(&file->kept, c, jn_random_below(&disk->dice, c->n / SECTOR + 1) * SECTOR);
    }
    file_forget_changes(file);
}

static void file_forget_shm(struct file *file) {
    for (int region = 0; region < SHM_MAX; region++) {
        free(file->shm[region]);
        file->shm[region] = NULL;
    }
}

/* After a cut only the disk itself is read. */
static void file_cut(struct file *file) {
    file_lose(file);
    bytes_resize(&file->seen, 0);
    bytes_write(&file->seen, 0, file->kept.p, file->kept.n);
    file_forget_shm(file);
}

/* ---- faults */

/* From the strike on nothing works. */
static bool disk_is_cut_off(void) {
    return disk->fault == DISK_POWER || disk->fault == DISK_KILL;
}

/* Counts an operation that the fault strikes; true: this one fails. */
static bool disk_strikes(enum disk_fault fault) {
    if (disk->gone) return true;
    bool mine = disk->fault == fault || disk_is_cut_off();
    if (!mine) return false;
    if (disk->struck) return disk_is_cut_off();
    if (++disk->done < disk->strike || disk->strike == 0) return false;
    disk->struck = true;
    return true;
}

static bool disk_dead(void) {
    return disk->gone || (disk_is_cut_off() && disk->struck);
}

static bool disk_full(void) {
    if (disk->fault != DISK_IS_FULL || disk->strike == 0) return false;
    if (!disk->struck && ++disk->done >= disk->strike) disk->struck = true;
    return disk->struck;
}

/* ---- a file's methods */

static int disk_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at) {
    const struct bytes *b = &((struct handle *)f)->file->seen;
    if (disk_dead() || (disk->fault == DISK_READ_FAILS && disk_strikes(DISK_READ_FAILS))) return SQLITE_IOERR_READ;
    uint64_t from = (uint64_t)at, length = (uint64_t)n;
    uint64_t there = from >= b->n ? 0 : b->n - from < length ? b->n - from : length;
    if (there > 0) memcpy(to, b->p + from, there);
    memset((char *)to + there, 0, length - there);
    return there == length ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int disk_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 at) {
    struct file *file = ((struct handle *)f)->file;
    disk->writes++;
    if (disk_strikes(DISK_WRITE_FAILS)) {
        /* The write that the power cuts is under way: parts of it may be on the disk. */
        if (!disk->gone && disk->fault == DISK_POWER && disk->done == disk->strike) {
            disk->done++;
            file_note(file, (uint64_t)at, data, (uint64_t)n);
        }
        return SQLITE_IOERR_WRITE;
    }
    if ((uint64_t)at + (uint64_t)n > file->seen.n && disk_full()) return SQLITE_FULL;
    file_note(file, (uint64_t)at, data, (uint64_t)n);
    return SQLITE_OK;
}

static int disk_truncate(sqlite3_file *f, sqlite3_int64 n) {
    if (disk_strikes(DISK_WRITE_FAILS)) return SQLITE_IOERR_TRUNCATE;
    file_note(((struct handle *)f)->file, (uint64_t)n, NULL, 0);
    return SQLITE_OK;
}

static int disk_sync(sqlite3_file *f, int flags) {
    struct file *file = ((struct handle *)f)->file;
    (void)flags;
    if (disk_strikes(DISK_SYNC_FAILS)) {
        if (!disk->gone && disk->fault == DISK_SYNC_FAILS) {
            file_lose(file); /* still read from memory, but taken for written */
            disk->dropped = disk->failed = true;
        }
        return SQLITE_IOERR_FSYNC;
    }
    disk->retried = disk->retried || disk->failed;
    if (!disk->lies) file_keep(file);
    return SQLITE_OK;
}

static int disk_size(sqlite3_file *f, sqlite3_int64 *n) {
    *n = (sqlite3_int64)((struct handle *)f)->file->seen.n;
    return disk_dead() ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

static int disk_shut(sqlite3_file *f) {
    (void)f;
    return SQLITE_OK;
}

static int disk_lock(sqlite3_file *f, int level) {
    (void)f, (void)level;
    return SQLITE_OK;
}

static int disk_reserved(sqlite3_file *f, int *out) {
    (void)f;
    *out = 0;
    return SQLITE_OK;
}

static int disk_control(sqlite3_file *f, int op, void *argument) {
    (void)f, (void)op, (void)argument;
    return SQLITE_NOTFOUND;
}

static int disk_sector(sqlite3_file *f) {
    (void)f;
    return SECTOR;
}

static int disk_traits(sqlite3_file *f) {
    (void)f; /* no promise that a write is atomic, or that writes are in order */
    return disk->powersafe ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0;
}

static int disk_shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **out) {
    struct file *file = ((struct handle *)f)->file;
    JN_CHECK(region < SHM_MAX);
    if (file->shm[region] == NULL && extend) file->shm[region] = jn_alloc_zero(1, (size_t)size);
    *out = file->shm[region];
    return SQLITE_OK;
}

static int disk_shm_lock(sqlite3_file *f, int at, int n, int flags) {
    (void)f, (void)at, (void)n, (void)flags;
    return SQLITE_OK;
}

static void disk_shm_barrier(sqlite3_file *f) {
    (void)f;
}

static int disk_shm_unmap(sqlite3_file *f, int remove) {
    if (remove) file_forget_shm(((struct handle *)f)->file);
    return SQLITE_OK;
}

static const sqlite3_io_methods METHODS = {
    .iVersion = 2,
    .xClose = disk_shut,
    .xRead = disk_read,
    .xWrite = disk_write,
    .xTruncate = disk_truncate,
    .xSync = disk_sync,
    .xFileSize = disk_size,
    .xLock = disk_lock,
    .xUnlock = disk_lock,
    .xCheckReservedLock = disk_reserved,
    .xFileControl = disk_control,
    .xSectorSize = disk_sector,
    .xDeviceCharacteristics = disk_traits,
    .xShmMap = disk_shm_map,
    .xShmLock = disk_shm_lock,
    .xShmBarrier = disk_shm_barrier,
    .xShmUnmap = disk_shm_unmap,
};

/* ---- the file system's methods */

static struct file *disk_find(const char *path) {
    struct file *unused = NULL;
    for (int i = 0; i < FILES_MAX; i++) {
        if (path != NULL && strcmp(files[i].path, path) == 0) return &files[i];
        if (files[i].path[0] == '\0' && unused == NULL) unused = &files[i];
    }
    JN_CHECK(unused != NULL);
    static uint64_t temporary;
    if (path != NULL)
        (void)snprintf(unused->path, sizeof(unused->path), "%s", path);
    else
        (void)snprintf(unused->path, sizeof(unused->path), "temporary-%llu", (unsigned long long)++temporary);
    unused->end = &unused->change;
    return unused;
}

static int disk_open_file(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags, int *out) {
    struct handle *handle = (struct handle *)f;
    (void)v;
    handle->base.pMethods = NULL;
    if (disk_dead()) return SQLITE_CANTOPEN;
    struct file *file = disk_find(path);
    if (!file->exists && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    file->exists = true;
    handle->file = file;
    handle->base.pMethods = &METHODS;
    if (out != NULL) *out = flags;
    return SQLITE_OK;
}

static int disk_remove(sqlite3_vfs *v, const char *path, int sync) {
    (void)v, (void)sync;
    if (disk_strikes(DISK_WRITE_FAILS)) return SQLITE_IOERR_DELETE;
    struct file *file = disk_find(path);
    if (!file->exists) return SQLITE_IOERR_DELETE_NOENT;
    file->exists = false;
    file_forget_changes(file);
    bytes_resize(&file->seen, 0);
    bytes_resize(&file->kept, 0);
    return SQLITE_OK;
}

static int disk_access(sqlite3_vfs *v, const char *path, int flags, int *out) {
    struct file *file = disk_find(path);
    (void)v;
    *out = file->exists && (flags != SQLITE_ACCESS_EXISTS || file->seen.n > 0);
    return SQLITE_OK;
}

static int disk_path(sqlite3_vfs *v, const char *path, int n, char *out) {
    (void)v;
    (void)snprintf(out, (size_t)n, "%s", path);
    return SQLITE_OK;
}

static int disk_randomness(sqlite3_vfs *v, int n, char *out) {
    (void)v;
    for (int i = 0; i < n; i++)
        out[i] = (char)jn_random_below(&disk->dice, 256);
    return n;
}

static int disk_sleep(sqlite3_vfs *v, int us) {
    (void)v;
    return us;
}

static int disk_time(sqlite3_vfs *v, sqlite3_int64 *out) {
    (void)v;
    *out = 210866760000000; /* 1970, in ms of Julian days */
    return SQLITE_OK;
}

/* ---- from outside */

const unsigned char *disk_get(const char *path, uint64_t *n) {
    const struct file *file = disk_find(path);
    *n = file->exists ? file->seen.n : 0;
    return file->seen.p;
}

void disk_put(const char *path, const void *data, uint64_t n) {
    struct file *file = disk_find(path);
    file_forget_changes(file);
    bytes_resize(&file->seen, 0);
    bytes_resize(&file->kept, 0);
    bytes_write(&file->seen, 0, data, n);
    bytes_write(&file->kept, 0, data, n);
    file->exists = n > 0;
}

bool disk_replace(const char *path, const void *data, uint64_t n) {
    bool struck = disk->struck || disk->gone, failed = disk_strikes(DISK_WRITE_FAILS) || disk_full();
    if (!failed || (!struck && jn_random_below(&disk->dice, 2) == 0)) disk_put(path, data, n);
    return !failed;
}

/* ---- life */

void disk_open(struct disk *d, uint64_t seed) {
    disk = d;
    *disk = (struct disk){.fault = DISK_SOUND, .powersafe = seed % 4 != 0};
    jn_random_seed(&disk->dice, seed);
    sqlite3_randomness(0, NULL); /* SQLite's own chances begin anew, from xRandomness */
    memset(files, 0, sizeof(files));
    before = sqlite3_vfs_find(NULL);
    vfs = (sqlite3_vfs){.iVersion = 2,
                        .szOsFile = sizeof(struct handle),
                        .mxPathname = PATH_MAX_BYTES - 1,
                        .zName = "disk",
                        .xOpen = disk_open_file,
                        .xDelete = disk_remove,
                        .xAccess = disk_access,
                        .xFullPathname = disk_path,
                        .xRandomness = disk_randomness,
                        .xSleep = disk_sleep,
                        .xCurrentTimeInt64 = disk_time};
    JN_CHECK(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}

void disk_arm(struct disk *d, enum disk_fault fault, enum disk_loss loss, uint64_t strike) {
    d->fault = fault;
    d->loss = loss;
    d->strike = strike;
    d->done = 0;
    d->struck = false;
}

void disk_restore(struct disk *d) {
    /* A cut that struck nothing yet strikes now; memory gives up sooner or later what the disk has not taken. */
    bool cut = d->fault == DISK_POWER || (d->dropped && jn_random_below(&d->dice, 2) == 0);
    for (int i = 0; cut && i < FILES_MAX; i++)
        if (files[i].path[0] != '\0') file_cut(&files[i]);
    if (cut) d->dropped = false;
    disk_arm(d, DISK_SOUND, DISK_LOSES_ALL, 0);
}

void disk_forget_process(struct disk *d) {
    d->failed = false;
    for (int i = 0; i < FILES_MAX; i++)
        file_forget_shm(&files[i]);
}

void disk_close(struct disk *d) {
    (void)d;
    for (int i = 0; i < FILES_MAX; i++) {
        if (files[i].path[0] == '\0') continue;
        file_forget_changes(&files[i]);
        free(files[i].seen.p);
        free(files[i].kept.p);
        file_forget_shm(&files[i]);
    }
    sqlite3_vfs_register(before, 1);
    sqlite3_vfs_unregister(&vfs);
    disk = NULL;
}
