// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Venue} from "../../src/Types.sol";
import {MockToken} from "./MockToken.sol";
import {Market, RouterWorld} from "./RouterWorld.sol";

/// @title Routes through tokens on the way, and what they give when each leg is an order of its own
abstract contract SectionWorld is RouterWorld {
    MockToken internal dai;
    /// @notice In the order in which routes go through them.
    MockToken[4] internal tokens;
    Market[3] private daiMarkets;
    mapping(address => uint256) private here;
    Leg[] internal route;

    function setUp() public virtual override {
        super.setUp();
        dai = new MockToken(18);
        tokens = [usdc, wbtc, dai, weth];
        fill(daiMarkets[0], usdc, 60_000_000e6, dai, 60_000_000e18);
        fill(daiMarkets[1], wbtc, 1_000e8, dai, 60_000_000e18);
        fill(daiMarkets[2], dai, 60_000_000e18, weth, 20_000e18);
    }

    function marketOf(MockToken a, MockToken b) internal view returns (Market storage) {
        for (uint256 i = 0; i < 3; i++) {
            if (isOf(markets[i], a, b)) return markets[i];
            if (isOf(daiMarkets[i], a, b)) return daiMarkets[i];
        }
        revert("no such market");
    }

    function isOf(Market storage m, MockToken a, MockToken b) private view returns (bool) {
        return (m.a == a && m.b == b) || (m.a == b && m.b == a);
    }

    // --- routes ---

    function head(MockToken sold, MockToken bought, uint256 planned) internal pure returns (Leg memory) {
        return Leg(Venue.Section, address(sold), 0, 0, address(bought), planned);
    }

    function addHead(MockToken sold, MockToken bought, uint256 planned) internal {
        route.push(head(sold, bought, planned));
    }

    function addLeg(MockToken sold, MockToken bought, uint8 venue, uint256 amountIn) internal {
        route.push(legOf(marketOf(sold, bought), venue, amountIn));
    }

    // --- one leg after another ---

    /// @notice What comes of the legs when each is an order of its own, of what its share is; nothing stays traded.
    function replay(MockToken sell, MockToken buy, Leg[] memory legs) internal returns (uint256 out) {
        uint256 before = vm.snapshotState();
        (MockToken sold, MockToken bought) = (sell, buy);
        uint256 held;
        uint256 planned;
        for (uint256 i = 0; i < legs.length; i++) {
            Leg memory leg = legs[i];
            if (leg.venue == Venue.Section) {
                (sold, bought) = (MockToken(leg.pool), MockToken(leg.hooks));
                (held, planned) = (here[address(sold)], leg.amountIn);
                continue;
            }
            if (sold != sell) {
                uint256 part = held * leg.amountIn / planned;
                (held, planned) = (held - part, planned - leg.amountIn);
                here[address(sold)] -= part;
                leg = copyOf(leg, part);
            }
            here[address(bought)] += swap(sold, bought, only(leg));
        }
        out = here[address(buy)];
        vm.revertToState(before);
    }

    function copyOf(Leg memory leg, uint256 amountIn) private pure returns (Leg memory) {
        return Leg(leg.venue, leg.pool, leg.feePips, leg.tickSpacing, leg.hooks, amountIn);
    }

    /// @notice What one leg gives now.
    function quote(MockToken sold, MockToken bought, uint8 venue, uint256 amountIn) internal returns (uint256) {
        Market storage m = marketOf(sold, bought);
        if (venue % 3 == 0) return quotePair(m, sold, bought, amountIn);
        if (venue % 3 == 1) return quotePool(m.pool, sold, bought, amountIn);
        return quoteManaged(unlocker, m.key, sold, bought, amountIn);
    }

    /// @notice The next leg of `sold` will hand exactly `amount` to where it trades.
    function expectSpent(MockToken sold, MockToken bought, uint8 venue, uint256 amount) internal {
        address to = legOf(marketOf(sold, bought), venue, 0).pool;
        vm.expectCall(address(sold), abi.encodeCall(MockToken.transfer, (to, amount)), 1);
    }

    /// @notice Nothing of any token stays in the router.
    function assertEmpty() internal view {
        for (uint256 i = 0; i < tokens.length; i++) {
            assertEq(tokens[i].balanceOf(address(router)), 0, "left");
            assertFalse(tokens[i].everApproved(address(router)), "allowance");
        }
    }
}
