/* Figures of the process as the system sees it, under the names that every Prometheus client has for them. */
#ifndef RUNTIME_MEASURE_PROCESS_H
#define RUNTIME_MEASURE_PROCESS_H

#include "core/buffer.h"

void jr_process_write(struct jn_buf *out);

#endif
