from allocation.cli import main

main()
