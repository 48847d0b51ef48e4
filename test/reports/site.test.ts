import { testData } from "./pages/data.ts";
import { testDemand } from "./pages/demand.ts";
import { testEveryPage } from "./pages/every-page.ts";
import { testFlow } from "./pages/flow.ts";
import { testOverview } from "./pages/overview.ts";
import { withSites } from "./pages/sites.ts";
import { testSla } from "./pages/sla.ts";

// One file, so that the sites are built once.
withSites();
testEveryPage();
testOverview();
testSla();
testFlow();
testDemand();
testData();
