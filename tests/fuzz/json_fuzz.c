/* Any bytes as a JSON document: taken, refused and read as another reader does. */
#include <stdint.h>

#include "core/check.h"
#include "twin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    JN_CHECK(twin_differs((struct jn_str){(const char *)data, size}) == NULL);
    return 0;
}
