/* Where a member of a JSON document stands, so that an error about it can name its line. */
#ifndef CLI_SIMULATE_PLACE_H
#define CLI_SIMULATE_PLACE_H

#include "journey/str.h"

#define SIM_PATH_MAX 8

struct sim_path {
    struct jn_str key[SIM_PATH_MAX];
    unsigned n;
};

/* Line, from 1, of the member that the path's keys lead to; of the last one that is there, else 1. Lists are passed
 * through. The text must be a JSON document. */
unsigned sim_path_line(struct jn_str text, const struct sim_path *path);

#endif
