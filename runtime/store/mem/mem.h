/* What the memory store can do beside the contract. */
#ifndef RUNTIME_STORE_MEM_MEM_H
#define RUNTIME_STORE_MEM_MEM_H

#include "journey/store.h"

/* Everybody and what is known of them is gone; programs, lanes and counters stay. */
void jr_store_mem_forget(struct jr_store *store);

#endif
