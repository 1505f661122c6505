#include "runtime/loop/curl.h"
#include <sqlite3.h>
#include <stdio.h>
#include <uv.h>

#include "cli/command.h"

void cli_print_version(void) {
    bool curl = jr_curl_load(NULL) == JN_OK;
    printf("journey %s\nSQLite %s, libuv %s, libcurl %s\n", JOURNEY_VERSION, sqlite3_libversion(), uv_version_string(),
           curl ? curl_version_info(CURLVERSION_NOW)->version : "not installed");
}
