/* Planted: a header that needs another one. */
uint64_t journal_count(void);
