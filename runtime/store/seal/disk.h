/* Files of a store that are not its database's: small ones that must be whole, and the one with customers' secrets. */
#ifndef RUNTIME_STORE_SEAL_DISK_H
#define RUNTIME_STORE_SEAL_DISK_H

#include <stdint.h>

#include "journey/error.h"

#define JR_DISK_PATH_MAX 4096

jn_rc jr_disk_path(const char *folder, const char *name, char out[JR_DISK_PATH_MAX], struct jn_err *err);
/* What errno says of it. */
jn_rc jr_disk_failure(const char *what, const char *path, struct jn_err *err);
/* Written beside its place, synced, then put there: whole or not at all. Only its owner may read it; what was there is
 * replaced. */
jn_rc jr_disk_put(const char *path, struct jn_str bytes, struct jn_err *err);

/* The folder that holds the path: a name that was made there is on the disk. False and errno. */
bool jr_disk_sync_folder(const char *path);

/* A descriptor of a file that is there, to read or also to write; -1 and errno. */
int jr_disk_open(const char *path, bool writing);
void jr_disk_close(int fd);
/* -1 and errno; EINVAL when it is no regular file. */
int64_t jr_disk_size(int fd);
/* All of the bytes, or false and errno; EIO when the file ends before. */
bool jr_disk_read(int fd, void *out, size_t n, uint64_t at);
bool jr_disk_write(int fd, const void *p, size_t n, uint64_t at);
/* What was written is on the disk. */
bool jr_disk_sync(int fd);

#endif
