/* The same text for two readers: ours, and jansson, which is as strict. */
#ifndef PROPERTY_JSON_TWIN_H
#define PROPERTY_JSON_TWIN_H

#include "journey/str.h"

/* NULL when both take it for the same, or refuse it; else what differs. What only we refuse (nesting beyond ours,
 * documents that take too much memory) is no difference. */
const char *twin_differs(struct jn_str text);

#endif
