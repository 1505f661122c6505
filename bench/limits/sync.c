/* The limit of commits: appends of so many bytes, each made durable, a second.
 *
 *   sync FILE BYTES SECONDS */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: sync FILE BYTES SECONDS\n");
        return 64;
    }
    size_t bytes = strtoul(argv[2], NULL, 10);
    double seconds = atof(argv[3]), began = now();
    char *block = calloc(1, bytes);
    int fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    long done = 0;
    for (; block != NULL && fd >= 0 && now() - began < seconds; done++)
        if (write(fd, block, bytes) != (ssize_t)bytes || fdatasync(fd) != 0) fd = -1;
    if (fd < 0 || block == NULL) {
        perror("sync");
        return 1;
    }
    printf("%.0f\n", (double)done / (now() - began));
    free(block);
    close(fd);
    unlink(argv[1]);
    return 0;
}
