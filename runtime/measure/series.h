/* The rows of metrics.def that have names of the program as labels. */
#ifndef RUNTIME_MEASURE_SERIES_H
#define RUNTIME_MEASURE_SERIES_H

#include "runtime/measure/metrics.h"

void jr_series_write(struct jn_buf *out);

#endif
