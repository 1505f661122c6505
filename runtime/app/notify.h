/* What systemd is told (sd_notify(3)): ready, stopping, alive. Without NOTIFY_SOCKET nobody is told anything. */
#ifndef RUNTIME_APP_NOTIFY_H
#define RUNTIME_APP_NOTIFY_H

#include <stdint.h>

/* One or more lines `NAME=value`; a message that cannot be sent is lost, for the service manager has its own clock. */
void jr_notify(const char *lines);
/* How long systemd waits for a sign of life, in ns: WATCHDOG_USEC, when WATCHDOG_PID is this process or unset; else 0.
 */
uint64_t jr_notify_watchdog(void);

#endif
