/* Planted: space, tab and an unfinished line. */ 
/*	TODO: finish */
