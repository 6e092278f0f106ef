package network

// givenNames and familyNames are common where this runs, in lower case and without
// accents, sorted. They are no proof: most names are not among them, and which are
// is chosen so that few products, makers, cities and hospitals are called alike.
var givenNames = sortedWords(`
	aaron abdul abdullah adam adrian agnes ahmed alan albert alessandro alexander alexandra alfred alice alina amelie amelia amir amira andre
	andrea andreas andrej andrew andrzej angela angelika anja anke ann anna anne annette annika anton antonio arnold arthur astrid ayse barbara
	beate benjamin bernd bernhard bettina birgit birte bjoern boris brian brigitte bruno camille carina carlos carmen carol caroline catherine
	chantal charles christa christiane christina christine christoph christopher cindy claudia cornelia cristina daniel daniela danielle
	david deborah denise dennis detlef dieter dietmar dimitri dominik dominique donald donna dorothea doris eberhard edith eduard edward
	elena eleni elfriede elisabeth elizabeth elke ellen elsa emil emilia emily emma emre enrico erich erik erika ernst esther eugen eva ewa
	fatima fatma felix ferdinand fernando finn florian francesca francesco francois frank franziska frederik friedrich gabriel gabriele
	gabriella gary georg george gerald gerd gerda gerhard gertrud gianni giovanni gisela giulia giuseppe gottfried gregor guenter guenther
	guido guillaume gunther hannah hanna hannelore hanno hans harald harry hassan heather hedwig heidi heike heiko heinrich heinz helen helena
	helene helga helmut henri henrik herbert hermann hilde hildegard holger horst hubert hussein ibrahim igor ilona ilse inge ingeborg ingo
	ingrid irene irina irmgard isabel isabelle ivan jacqueline jacques jakob jakub james jan jana janet jannik jason javier jean jeanne jennifer
	jens jeremy jessica joachim joan joanna jochen johann johanna johannes john jonas jonathan jorge jose josef joseph joshua juan judith juergen
	juliane julia julian julie jurgen jutta kai karin karl karolina katharina katherine kathleen kathrin katja katrin kenneth kerstin kevin khaled
	kim klara klaus konrad kristina kurt lars larry laura lauren laurent leila lena leon leonie liam linda lorenz lothar louise luca lucas lucia
	lucie ludwig luigi luis lukas luise lutz lydia magdalena maike malte manfred manuel manuela marc marcel marcin marco marcus mareike margaret
	margarete margit margot maria marianne marie mario marion markus marlene marta martha martina mary mathias matteo matthew matthias maurice
	maximilian maya mehmet melanie michael michaela michal michel michele michelle mike mikhail miriam mohamed mohammed monica monika moritz
	mustafa nadine nancy natalia natalie nathalie nathan niklas nicholas nicolas nicole nikolai nils nina norbert oksana olaf olga oliver olivia
	oskar otto pamela pascal patrice patricia patrick paul paula paulina pauline pedro peter petra philipp philippe pierre piotr rafael raimund
	rainer ralf ralph raphael raymond rebecca regina reinhard reinhold renate rene ricardo richard rita robert roberta roberto roger roland rolf
	roman ronald rosa rosemarie roswitha rudolf ruediger rudiger ruth ryan sabine sabrina sally samantha samir samuel sandra sarah saskia scott
	sebastian sergej sergio sharon siegfried sigrid silke silvia simon simone sofia sonja sophie stefan stefanie stefano steffen stephan stephanie
	stephen steven stuart susan susanne svea sven svenja svetlana sylvia sylvie tamara tanja tatjana teresa theodor theresa thomas thorsten 
	timothy tina tobias torben torsten udo ulf uli ulrich ulrike ursula ute uwe valentina valerie vanessa verena veronika viktor viktoria vincent
	vladimir volker walter waltraud werner wilfried wilhelm william winfried wolfgang xavier yasmin yusuf yves yvonne zeynep zofia`)

// Of family names only those of five letters and more, which are looked for behind
// initials as well.
var familyNames = sortedWords(`
	anderson andersson bauer beckmann bergmann bernard bianchi boehm brandt braun brinkmann campbell chevalier colombo davies dubois durand dupont
	engelhardt evans ferrari fernandez ferreira fiedler fischer friedrich fuchs gallagher garcia gonzalez graham gruber guenther hansen
	hansson harris hartmann hernandez herrmann hoffman hoffmann hofmann huber hughes ivanov jacobs jaeger jansen janssen janssens jensen johansson
	johnson jones kaminski keller kellermann kelly koehler koenig kovacs kowalski kramer kraemer kraus krause krueger kruger larsen
	laurent lefebvre lehmann leroy lewandowski lopez ludwig maier martinez mayer mayerhofer mcdonald meier meyer mitchell moeller moreau morris
	mueller muller murphy musterfrau mustermann navarro nguyen nielsen nilsson novak novotny nowak obrien oconnor olsen patel pedersen peeters
	pereira perez petersen petrov pfeiffer phillips popescu ramirez reinhardt reynolds ricci richter rivera roberts robinson rodriguez romano
	rossi rousseau russo sanchez santos schaefer schafer scherer schmid schmidt schmitt schmitz schneider scholz schreiber schroeder schroder
	schubert schulte schultz schulz schulze schumacher schuster schwarz seidel silva simmons smith sommer stewart sullivan svensson taylor
	thompson torres turner vasquez vogel wagner walker watson weber weiss wilson winkler wright yilmaz zhang ziegler zimmermann`)
