"""DolphinDB's emergency channel: what has to hold before it can help, and a session with it.

`./dolphindb -attach 1 -target-pid PID`, started in another installation's folder, opens a console in a server whose workers are all
blocked. The preconditions are those of the vendor's guide to hung systems (System Freeze, section 2); nothing here looks into the
server but through `/proc`, and nothing is started unless that is asked for.
"""
