/* Planted: nothing is wrong here. */
int tcp_answer(void);
