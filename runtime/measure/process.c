#include "runtime/measure/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "runtime/measure/exposition.h"

/* The start of a small file; empty when it cannot be read. */
static const char *jr_process__read(const char *path, char *text, size_t n) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, n - 1);
    if (fd >= 0) (void)close(fd);
    text[got < 0 ? 0 : got] = '\0';
    return text;
}

/* The number at a place of a line of numbers, from 1 on; 0 when there is none. */
static uint64_t jr_process__number(const char *line, unsigned place) {
    for (; place > 1 && line != NULL; place--)
        line = (line = strchr(line, ' ')) == NULL ? NULL : line + 1;
    return line == NULL ? 0 : strtoull(line, NULL, 10);
}

static uint64_t jr_process__open_files(void) {
    DIR *folder = opendir("/proc/self/fd");
    uint64_t n = 0;
    if (folder == NULL) return 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        n += entry->d_name[0] != '.';
    (void)closedir(folder);
    return n - 1; /* without that of the folder */
}

/* When it began: by the wall clock, from how long ago by the clock that only goes forward. */
static uint64_t jr_process__start(void) {
    char text[1024];
    const char *after_name = strrchr(jr_process__read("/proc/self/stat", text, sizeof text), ')');
    struct timespec wall, up;
    (void)clock_gettime(CLOCK_REALTIME, &wall);
    (void)clock_gettime(CLOCK_BOOTTIME, &up);
    uint64_t began = after_name == NULL ? 0 : jr_process__number(after_name + 2, 20) / (uint64_t)sysconf(_SC_CLK_TCK);
    return (uint64_t)wall.tv_sec - (uint64_t)up.tv_sec + began;
}

static void jr_process__figure(const char *kind, const char *exposed, const char *text, uint64_t value,
                               struct jn_buf *out) {
    jr_exposition_head(kind, exposed, text, out);
    jn_buf_printf(out, "%s %" PRIu64 "\n", exposed, value);
}

void jr_process_write(struct jn_buf *out) {
    char text[256];
    struct rusage usage;
    struct rlimit files;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)getrlimit(RLIMIT_NOFILE, &files);
    uint64_t us = (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    uint64_t seconds = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + us / 1000000;
    const char *pages = jr_process__read("/proc/self/statm", text, sizeof text);
    jr_exposition_head("counter", "process_cpu_seconds_total", "processor time used, by the program and for it", out);
    jn_buf_printf(out, "process_cpu_seconds_total %" PRIu64 ".%06" PRIu64 "\n", seconds, us % 1000000);
    jr_process__figure("gauge", "process_virtual_memory_bytes", "address space", jr_process__number(pages, 1) * page,
                       out);
    jr_process__figure("gauge", "process_resident_memory_bytes", "memory held", jr_process__number(pages, 2) * page,
                       out);
    jr_process__figure("gauge", "process_open_fds", "open files and sockets", jr_process__open_files(), out);
    jr_process__figure("gauge", "process_max_fds", "… that it may open", files.rlim_cur, out);
    jr_process__figure("gauge", "process_start_time_seconds", "when it began, in seconds since 1970",
                       jr_process__start(), out);
}
