-- What people and the program did is found among the verdicts of years.
CREATE INDEX leaf_act ON leaf (id) WHERE kind <> 'verdict';
