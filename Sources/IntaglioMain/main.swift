import IntaglioCommand

// The executable `intaglio`.
IntaglioCommand.main()
