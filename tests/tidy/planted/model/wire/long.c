/* Planted: a function one line longer than the longest allowed. */
int wire_long(int x)
{
    x++;
    x++;
    x++;
    x++;
    x++;
    x++;
    x++;
    x++;
    x++;
    x++;
    return x;
}

int wire_short(int x)
{
    return x;
}
