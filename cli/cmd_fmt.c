#include "cli/command.h"
int cli_cmd_fmt(const struct cli_args *args) { (void)args; return 70; }
