/* A port of this machine's own, at which a test plays the other side. */
#ifndef UNIT_LOOP_LOOPBACK_H
#define UNIT_LOOP_LOOPBACK_H

/* Listens with these SOCK_ flags beside CLOEXEC; where is written as "127.0.0.1:PORT". */
int loopback_listen(int flags, char address[32]);

#endif
