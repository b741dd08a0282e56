"""Common given and family names in the four languages, to recognise a column of names by its values. Data only.

Short words that are also everyday words (`mark`, `will`, `grace`, `may`) are left out on purpose.
"""

GIVEN_NAMES = frozenset(
    """
anna anne annie johan johannes jan piet pieter peter hendrik henk willem kees cornelis gerrit dirk sjoerd maarten
martijn jeroen bas bram daan sem lars thijs ruben sander stijn tim tom niels joris jasper wouter koen arjan erik eric
frank hans harm ineke ingrid marieke marijke mieke sanne lotte fleur femke anouk iris eva emma julia sophie sofie lisa
laura sara sarah saskia esther miriam ellen els elise elisabeth elizabeth margriet monique nicole petra yvonne wilma
truus greet maria marie marianne christine christiane christian christoph stefan stephan stefanie michael michaela
andreas andrea thomas matthias markus martin martina klaus claudia wolfgang juergen jurgen gunter gunther heinz helmut
horst karl uwe ulrich ulrike ursula sabine susanne susan simone silke heike birgit brigitte barbara monika renate
katharina kathrin katrin karin kerstin nina lena leonie lukas luca leon felix finn jonas max maximilian moritz paul
philipp philippe sebastian tobias tobi benjamin daniel daniela david dominik florian fabian alexander alexandra anja
antje jean jeanne jacques pierre paulette michel michele andre alain bernard catherine cecile chantal charles charlotte
chloe claire claude colette denis didier dominique emile emilie etienne fabien fabrice francois francoise frederic
gabriel genevieve georges gerard gilles guillaume helene henri herve isabelle jacqueline jerome joel josephine jules
julien juliette laurent lea louis louise luc lucas lucie madeleine manon marc marcel margaux mathieu matthieu maxime
melanie mathilde monique nathalie nathan nicolas noemie olivier pascal patrice patricia patrick pauline rene romain
sandrine serge simon stephane stephanie sylvie theo therese thierry thibault valerie veronique victor vincent virginie
xavier yves john james robert william richard joseph charles christopher matthew anthony donald steven andrew kenneth
joshua kevin brian george edward ronald timothy jason jeffrey ryan jacob gary jonathan stephen larry justin scott
brandon gregory samuel raymond alexandra jennifer linda jessica karen nancy betty margaret sandra ashley kimberly emily
michelle amanda melissa deborah rebecca sharon cynthia kathleen amy angela shirley brenda pamela helen samantha
katherine debra rachel carolyn janet heather diane julie joyce victoria kelly christina joan evelyn lauren judith
olivia megan cheryl hannah jacqueline martha gloria teresa ann alice judy ahmed ali mohammed mohamed mohammad fatima
fatma ayse aisha hassan hussein ibrahim ismail khalid mehmet mustafa omar osman said yusuf youssef zeynep priya raj
chen wei ling yuki hiroshi ivan olga natalia sergei vladimir dmitri jose juan carlos luis miguel pedro sofia lucia
giulia marco matteo giovanni francesca chiara paolo pavel tomas lukasz piotr agnieszka katarzyna noor saar roos jip
fenna tess milan mila liam noah zoe oscar otto bob alan ada grace bert ernie harry ron hermione walter fritz greta
""".split()
)

FAMILY_NAMES = frozenset(
    """
jong jansen janssen vries bakker visser smit meijer meyer boer mulder groot vos peters hendriks dekker brouwer
dijkstra leeuwen vermeulen veen heuvel hoekstra koster kuipers postma prins schouten willems hermans jacobs maas
verhoeven wal huisman timmermans kramer scholten kuiper mueller muller schmidt schneider fischer weber wagner becker
schulz schulze hoffmann schaefer schafer koch bauer richter klein schroeder schroder neumann schwarz zimmermann
hofmann hartmann lange schmitt krause lehmann schmid maier koehler kohler herrmann walter konig koenig huber kaiser
fuchs scholz moller moeller vogel keller gunther berger winkler roth beck lorenz baumann franke albrecht schuster
simon ludwig bohm boehm kraus krueger kruger dupont durand dubois moreau laurent lefebvre lefevre leroy roux bertrand
morel fournier girard bonnet lambert fontaine rousseau vincent faure mercier blanc guerin boyer garnier chevalier
francois legrand gauthier garcia perrin robin clement morin nicolas henry roussel mathieu gautier masson marchand
duval denis dumont lemaire noel meunier lucas brun schmitt smith johnson williams jones davis miller wilson moore
taylor anderson thomas jackson thompson martinez robinson lewis walker allen wright scott hill adams nelson carter
mitchell roberts turner phillips campbell parker evans edwards collins stewart morris rogers reed cooper bailey
kowalski nowak rossi russo ferrari esposito silva santos ferreira novak svoboda yilmaz kaya demir nguyen
""".split()
)
