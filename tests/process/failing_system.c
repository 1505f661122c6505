/* Loaded before the C library into a `journey` under test: its calls fail as the test says, its clocks say what the
 * test says, and what it writes to its database is logged. The test and the process share the file that JOURNEY_FAULTS
 * names: a `struct faults`, which tests/process/failing_system.py writes. With JOURNEY_FAULTS_LOG every change of the
 * database's files is appended there, so that the disk can be rebuilt as it was at any moment. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum fault { NONE, FAIL, KILL_BEFORE, KILL_AFTER, KILL_TORN, SHORT, HOLD };
enum call {
    READ = 1,
    WRITE = 2,
    SYNC = 4,
    TRUNCATE = 8,
    REMOVE = 16,
    OPEN = 32,
    ACCEPT = 64,
    MEMORY = 128,
    THREAD = 256,
    LOOKUP = 512,
    SYNC_FOLDER = 1024,
};

/* What the clocks say: the wall clock `wall` when CLOCK_BOOTTIME is `boot`, and from there on `rate` for each million.
 * All in microseconds. */
struct clocks {
    int64_t wall, boot, rate;
    int64_t suspended; /* for how long the machine was; only CLOCK_BOOTTIME and the wall clock went on */
};

enum { CLOCKS = 64 };

struct faults {
    _Atomic uint64_t fault;
    uint64_t calls;        /* those that count */
    _Atomic uint64_t left; /* calls until it strikes: 1 is the next one */
    uint64_t times;        /* how many fail from then on; 0: all */
    uint64_t code;         /* errno */
    _Atomic uint64_t struck, held;
    _Atomic uint64_t done[16]; /* calls of each kind so far, by the number of its bit */
    _Atomic uint64_t clock;    /* which of `clocks` holds; 0: the machine's own. A new one is written beside it first */
    struct clocks clocks[CLOCKS];
};

enum { FILES = 4096, DATABASE = 1, LOG = 2, FOLDER = 3 };

static struct faults calm, *faults = &calm;
static int log_fd = -1;
static unsigned char kind_of[FILES]; /* of each descriptor: DATABASE, LOG, FOLDER, or another's */
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Memory is asked for before anything is set up, also by dlsym itself. */
static void *(*next_malloc)(size_t), *(*next_calloc)(size_t, size_t), *(*next_realloc)(void *, size_t);
static void (*next_free)(void *);
static _Alignas(16) char early[65536];
static size_t early_used;

static void *early_alloc(size_t n) {
    size_t at = early_used;
    early_used += (n + 15) / 16 * 16;
    return early_used <= sizeof(early) ? early + at : NULL;
}

/* Code of libraries that crash without memory, whoever uses them: Debian 12's OpenSSL and libseccomp while they set up
 * their tables, which they do before anything is acknowledged. Their memory never fails. */
static struct { uintptr_t from, to; } spared[8];
static int n_spared;

static int spare(struct dl_phdr_info *info, size_t size, void *user) {
    (void)size, (void)user;
    if (strstr(info->dlpi_name, "libcrypto") == NULL && strstr(info->dlpi_name, "libseccomp") == NULL) return 0;
    for (int i = 0; i < info->dlpi_phnum && n_spared < 8; i++) {
        if (info->dlpi_phdr[i].p_type != PT_LOAD || (info->dlpi_phdr[i].p_flags & PF_X) == 0) continue;
        spared[n_spared].from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        spared[n_spared].to = spared[n_spared].from + info->dlpi_phdr[i].p_memsz;
        n_spared++;
    }
    return 0;
}

static bool is_spared(const void *caller) {
    for (int i = 0; i < n_spared; i++)
        if ((uintptr_t)caller >= spared[i].from && (uintptr_t)caller < spared[i].to) return true;
    return false;
}

__attribute__((constructor)) static void begin(void) {
    (void)dl_iterate_phdr(spare, NULL);
    next_malloc = NEXT(malloc);
    next_calloc = NEXT(calloc);
    next_realloc = NEXT(realloc);
    next_free = NEXT(free);
    const char *path = getenv("JOURNEY_FAULTS"), *log = getenv("JOURNEY_FAULTS_LOG");
    int fd = path == NULL ? -1 : NEXT(open)(path, O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        void *p = mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (p != MAP_FAILED) faults = p;
        close(fd);
    }
    if (log != NULL) log_fd = NEXT(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void die(void) {
    syscall(SYS_tgkill, getpid(), (int)syscall(SYS_gettid), SIGKILL);
}

static void hold(void) {
    faults->held++;
    struct timespec a_moment = {.tv_nsec = 1000000};
    while (faults->fault == HOLD)
        nanosleep(&a_moment, NULL);
}

/* What becomes of this call; NONE: it is made. */
static enum fault strikes(enum call call) {
    faults->done[__builtin_ctz(call)]++;
    enum fault fault = (enum fault)faults->fault;
    if (fault == NONE || (faults->calls & call) == 0) return NONE;
    uint64_t left = faults->left;
    if (left > 1) {
        faults->left--;
        return NONE;
    }
    if (faults->times > 0 && faults->struck >= faults->times) return NONE;
    faults->struck++;
    if (fault == KILL_BEFORE) die();
    if (fault == HOLD) hold();
    if (fault == FAIL) errno = (int)faults->code;
    return fault == HOLD ? NONE : fault;
}

/* After the call was made. */
static void struck(enum fault fault) {
    if (fault == KILL_AFTER || fault == KILL_TORN) die();
}

/* ---- the database's files */

static int kind_of_path(const char *path) {
    const char *name = strstr(path, "/journey.db");
    if (name == NULL) return 0;
    return strcmp(name, "/journey.db") == 0 ? DATABASE : strcmp(name, "/journey.db-wal") == 0 ? LOG : 0;
}

static unsigned char kind(int fd) {
    return fd >= 0 && fd < FILES ? kind_of[fd] : 0;
}

struct entry {
    uint32_t op, file; /* an enum call; DATABASE or LOG */
    uint64_t at, n;
};

static void note(enum call op, int file, uint64_t at, const void *data, uint64_t n) {
    struct entry entry = {op, (uint32_t)file, at, n};
    if (log_fd < 0 || file == 0) return;
    pthread_mutex_lock(&log_lock);
    (void)!syscall(SYS_write, log_fd, &entry, sizeof(entry));
    if (data != NULL) (void)!syscall(SYS_write, log_fd, data, n);
    pthread_mutex_unlock(&log_lock);
}

static int opened(int fd, const char *path, int flags) {
    if (fd >= 0 && fd < FILES) kind_of[fd] = (unsigned char)((flags & O_DIRECTORY) != 0 ? FOLDER : kind_of_path(path));
    return fd;
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    int mode = va_arg(more, int);
    va_end(more);
    if (kind_of_path(path) != 0 && strikes(OPEN) == FAIL) return -1;
    return opened(NEXT(open)(path, flags, mode), path, flags);
}

int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    int mode = va_arg(more, int);
    va_end(more);
    if (kind_of_path(path) != 0 && strikes(OPEN) == FAIL) return -1;
    return opened(NEXT(open64)(path, flags, mode), path, flags);
}

int close(int fd) {
    if (fd >= 0 && fd < FILES) kind_of[fd] = 0;
    return NEXT(close)(fd);
}

ssize_t pread64(int fd, void *to, size_t n, off64_t at) {
    enum fault fault = kind(fd) == 0 ? NONE : strikes(READ);
    if (fault == FAIL) return -1;
    return NEXT(pread64)(fd, to, fault == SHORT && n > 1 ? n / 2 : n, at);
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) {
    enum fault fault = kind(fd) == 0 ? NONE : strikes(WRITE);
    if (fault == FAIL) return -1;
    size_t part = (fault == SHORT || fault == KILL_TORN) && n > 1 ? n / 2 : n;
    ssize_t written = NEXT(pwrite64)(fd, data, part, at);
    if (written > 0) note(WRITE, kind(fd), (uint64_t)at, data, (uint64_t)written);
    struck(fault);
    return written;
}

static int synced(int fd, int (*next)(int)) {
    if (kind(fd) == FOLDER) return strikes(SYNC_FOLDER) == FAIL ? -1 : next(fd);
    enum fault fault = kind(fd) == 0 ? NONE : strikes(SYNC);
    if (fault == FAIL) return -1;
    int rc = next(fd);
    if (rc == 0) note(SYNC, kind(fd), 0, NULL, 0);
    struck(fault);
    return rc;
}

int fsync(int fd) {
    return synced(fd, NEXT(fsync));
}

int fdatasync(int fd) {
    return synced(fd, NEXT(fdatasync));
}

int ftruncate64(int fd, off64_t n) {
    enum fault fault = kind(fd) == 0 ? NONE : strikes(TRUNCATE);
    if (fault == FAIL) return -1;
    int rc = NEXT(ftruncate64)(fd, n);
    if (rc == 0) note(TRUNCATE, kind(fd), (uint64_t)n, NULL, 0);
    struck(fault);
    return rc;
}

int unlink(const char *path) {
    enum fault fault = kind_of_path(path) == 0 ? NONE : strikes(REMOVE);
    if (fault == FAIL) return -1;
    int rc = NEXT(unlink)(path);
    if (rc == 0) note(REMOVE, kind_of_path(path), 0, NULL, 0);
    struck(fault);
    return rc;
}

/* ---- the rest of the system */

int accept4(int fd, struct sockaddr *address, socklen_t *n, int flags) {
    if (strikes(ACCEPT) == FAIL) return -1;
    return NEXT(accept4)(fd, address, n, flags);
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **out) {
    if (strikes(LOOKUP) == FAIL) return (int)faults->code;
    return NEXT(getaddrinfo)(host, service, hints, out);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
    if (strikes(THREAD) == FAIL) return (int)faults->code;
    return NEXT(pthread_create)(thread, attributes, run, argument);
}

void *malloc(size_t n) {
    if (next_malloc == NULL) return early_alloc(n);
    return !is_spared(__builtin_return_address(0)) && strikes(MEMORY) == FAIL ? NULL : next_malloc(n);
}

void *calloc(size_t count, size_t n) {
    if (next_calloc == NULL) return early_alloc(count * n);
    return !is_spared(__builtin_return_address(0)) && strikes(MEMORY) == FAIL ? NULL : next_calloc(count, n);
}

void *realloc(void *p, size_t n) {
    if (next_realloc == NULL) return NULL;
    return !is_spared(__builtin_return_address(0)) && strikes(MEMORY) == FAIL ? NULL : next_realloc(p, n);
}

void free(void *p) {
    if ((char *)p >= early && (char *)p < early + sizeof(early)) return;
    if (next_free != NULL) next_free(p);
}

/* ---- clocks */

static int64_t machine_us(clockid_t id) {
    static int (*next)(clockid_t, struct timespec *);
    struct timespec t;
    if (next == NULL) next = NEXT(clock_gettime);
    next(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t clock_us(clockid_t id) {
    const struct clocks *clocks = &faults->clocks[faults->clock % CLOCKS];
    bool is_wall = id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
    if (clocks == faults->clocks || (!is_wall && id != CLOCK_BOOTTIME)) return machine_us(id);
    int64_t boot = machine_us(CLOCK_BOOTTIME) + clocks->suspended, passed = boot - clocks->boot;
    if (!is_wall) return boot;
    return clocks->wall + passed / 1000000 * clocks->rate + passed % 1000000 * clocks->rate / 1000000;
}

/* Seconds, rounded down also before 1970; the rest of it in `us`. */
static time_t seconds_of(int64_t at, int64_t *us) {
    *us = (at % 1000000 + 1000000) % 1000000;
    return (time_t)((at - *us) / 1000000);
}

int clock_gettime(clockid_t id, struct timespec *out) {
    int64_t us;
    out->tv_sec = seconds_of(clock_us(id), &us);
    out->tv_nsec = us * 1000;
    return 0;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    (void)zone;
    int64_t us;
    out->tv_sec = seconds_of(clock_us(CLOCK_REALTIME), &us);
    out->tv_usec = us;
    return 0;
}

time_t time(time_t *out) {
    int64_t us;
    time_t now = seconds_of(clock_us(CLOCK_REALTIME), &us);
    if (out != NULL) *out = now;
    return now;
}
