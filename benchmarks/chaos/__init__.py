"""`make chaos`: a thousand pictures while processes are killed and servers are in trouble.

Real processes, the simulator in LINE's place, a painter without torch. A seed fixes who asks what
and which trouble comes when; how fast the machine is decides the rest.

    plan      what happens, by the seed
    channel   LINE's webhooks: up to three times, out of order, again until they are taken
    bucket    a small S3 that can be slow or refuse
    keeper    starts again what ended, and knows what was killed
    trouble   carries out the plan's troubles
    tally     what became of every picture, asked of the database and of the chats
    run       all of it
"""
