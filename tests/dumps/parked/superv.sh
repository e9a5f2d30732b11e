#!/bin/bash
# healthy supervisor (like mysqld_safe): waits for its child, which serves idle
while true; do ./idle2 ; done
