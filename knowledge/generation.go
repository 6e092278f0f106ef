package knowledge

// generation is an immutable file of records; nil is an empty one.
type generation struct{}

func (g *generation) len() recID                             { return 0 }
func (g *generation) lookup(string) (recID, bool)            { return 0, false }
func (g *generation) held(recID) *held                       { return nil }
func (g *generation) ref(recID) Ref                          { return Ref{} }
func (g *generation) clusterOf(recID) *cluster               { return nil }
func (g *generation) clusterBy(string) *cluster              { return nil }
func (g *generation) withPrefix(string, func(string, recID)) {}
func (g *generation) exploited(string) (listed, bool)        { return listed{}, false }
func (g *generation) score(string) (scored, bool)            { return scored{}, false }
func (g *generation) cycles(string) (dated, bool)            { return dated{}, false }
func (g *generation) eachExploited(func(string, listed))     {}
func (g *generation) eachScore(func(string, scored))         {}
func (g *generation) eachCycles(func(string, dated))         {}
func (g *generation) bucket(Key) *bucket                     { return nil }
func (g *generation) withdrawn(recID) bool                   { return false }
