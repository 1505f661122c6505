#include <stdio.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/workspace.h"
#include "image/image.h"

int cli_cmd_build(const struct cli_args *args) {
    struct jn_buf image;
    struct jn_err err;
    int status = 0;
    const char *output = args->value[CLI_OPT_OUTPUT];
    jn_rc rc = JN_OK;
    jn_buf_init(&image, JN_IMAGE_MAX);
    if (args->n_path > 1)
        rc = jn_fail(&err, JN_USAGE, "name one workspace; %d were named", args->n_path);
    else if (output == NULL)
        rc = jn_fail(&err, JN_USAGE, "say where to write the image: -o FILE.jbc");
    if (rc == JN_OK) rc = cli_compile_image(args->n_path == 0 ? "." : args->path[0], &image, &status, &err);
    if (rc == JN_OK && status == 0) rc = cli_replace_file(output, jn_buf_view(&image), &err);
    jn_buf_release(&image);
    return rc == JN_OK ? status : cli_failed(&err);
}
