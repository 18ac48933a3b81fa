import Runner

runExperiments()
